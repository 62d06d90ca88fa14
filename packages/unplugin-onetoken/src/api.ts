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
export { OneTokenError } from './errors.ts'
export type { ErrorCode, ErrorParts, Place } from './errors.ts'
