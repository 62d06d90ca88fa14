/** What a store needs that machines share. Loaded where the settings name a remote store, and nowhere else. */
export { openClaims } from './remote/claims.ts'
export { guarded } from './remote/guarded.ts'
export { openRemote } from './remote/open.ts'
export { shareIntents } from './shared-intents.ts'
export { shareStore } from './shared-store.ts'
export { openUploads } from './uploads.ts'
