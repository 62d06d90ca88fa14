export { createOneToken } from './api/one-token.ts'
export type * from './api/file-types.ts'
export type * from './api/render-types.ts'
export type * from './api/types.ts'
export { createClient } from './client/index.ts'
export type {
  CallOptions,
  ClientOptions,
  JsonValue,
  OneTokenClient,
  RenderAnswer,
  RequestFields,
  ResultImage,
  Upload,
  Usage,
} from './client/types.ts'
export type { Log, OneTokenImage, OutputOptions, PictureState, Settings } from './engine/index.ts'
export { OneTokenError } from './errors.ts'
export type { ErrorCode, ErrorParts, Place } from './errors.ts'
