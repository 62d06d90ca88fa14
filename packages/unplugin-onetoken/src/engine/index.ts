/** What bundlers, dev and command use of the rooms. */
export { ASSET_FILE, DESCRIPTOR_FILE } from './descriptors.ts'
export { createEngine } from './engine.ts'
export type { Engine } from './engine.ts'
export type { LoadedManifest, Run } from './run.ts'
export type { EngineOptions } from './options.ts'
export type { Log } from './log.ts'
export { findPlace } from './places.ts'
export { describe, oneProblem, placeText } from './problems.ts'
export { pruneCache } from './prune-cache.ts'
export type { PrunedCache } from './prune-cache.ts'
export { findUnusedRenders } from './prune-renders.ts'
export type { UnusedRender, UnusedRenders } from './prune-renders.ts'
export type { LoadedPicture } from './session.ts'
export { count, size, summaryText } from './summary.ts'
export type { Summary } from './summary.ts'
export { sync } from './sync.ts'
export type { SyncReport } from './sync.ts'
export { survey } from './survey.ts'
export type { PlannedRender, Survey } from './survey.ts'
export { verifyStore } from './verify.ts'
export type { VerifyOptions } from './verify.ts'
export { writeTypes } from './write-types.ts'
export { attributeValue, imgMarkup } from '../output/element.ts'
export { manifestModule, pictureModule } from '../output/module.ts'
export { mainFile } from '../output/picture.ts'
export type { Picture } from '../output/picture.ts'
export type { FileReference, ReferenceFile } from '../output/module.ts'
export { SECRET_NAMES } from '../project/environment.ts'
export type { Secret } from '../project/environment.ts'
export { dollars } from '../render/pricing.ts'
export type { Purpose } from '../render/rules.ts'
export type { CheckWatcher, Finding, FindingKind } from '../store/check.ts'
export { didYouMean } from '../spec/nearest.ts'
export { SPECIFIER, specifierOfURL, URL_REFERENCE } from '../spec/reference.ts'
export { quote, visible } from '../spec/text.ts'
export { applyEdits } from '../sources/edit.ts'
export type { Edit } from '../sources/edit.ts'
export { cssURL } from '../sources/css-url.ts'
export type { CssDialect, CssReference } from '../sources/css-references.ts'
export type { HtmlReference, PageURL } from '../sources/html-references.ts'
export type { VueNode } from '../sources/vue-elements.ts'
export {
  cssReferences,
  htmlReferences,
  importsOf,
  locate,
  scriptURLs,
  styleSheetsOf,
  vueReferences,
  withoutComments,
} from './source-references.ts'
export { projectFiles } from './project-files.ts'
