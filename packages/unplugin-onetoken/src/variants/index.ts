/** What becomes of a render: its variants, previews and placeholders. The only room that uses sharp. */
export { createVariantMaker } from './cache.ts'
export type { MakeOptions, VariantMaker, VariantMakerOptions } from './cache.ts'
export { createInlineEncoder } from './inline.ts'
export {
  INPUT_CONVERSION,
  INPUT_LIMIT,
  inputPlan,
  MASK_CONVERSION,
  readable,
  renderInputPlan,
} from './input.ts'
export type { InputOptions, InputPlan, InputRole } from './input.ts'
export { headerSize, imageFormat } from './magic.ts'
export { placeholderColor, placeholderSvg } from './placeholder.ts'
export type { PlaceholderOptions } from './placeholder.ts'
export { createEncoderPool } from './pool.ts'
export type { EncoderPool, PoolOptions } from './pool.ts'
export { planFiles, planRecipe } from './recipe.ts'
export type { RecipeOptions } from './recipe.ts'
export { isCutShort, looksLike } from './sniff.ts'
export type { Looks } from './sniff.ts'
export { tryEncoders } from './try-encoders.ts'
export type { EncoderTrial } from './try-encoders.ts'
export { removeVariants, unusedVariants } from './unused.ts'
export type { UnusedVariants } from './unused.ts'
export { encoderVersions } from './versions.ts'
export type { EncoderVersions } from './versions.ts'
export type {
  ConvertedInput,
  ConvertMaskOptions,
  ConvertOptions,
  Cut,
  EncodedFile,
  EncodedPicture,
  EncodeJob,
  Encoder,
  Fit,
  Format,
  ImageFacts,
  ImageFormat,
  MaskedImage,
  OutputSpec,
  PlannedFile,
  Preview,
  Provenance,
  Recipe,
  Size,
  SourceImage,
  VariantFile,
  Variants,
} from './types.ts'
