/** What the states of a picture are called, for people. */
export const STATE_WORDS = {
  cached: 'cached',
  accepted: 'accepted',
  imported: 'imported',
  provisional: 'imported until rendered',
  missing: 'missing',
  stale: 'stale',
  refused: 'refused by the API',
  unavailable: 'unavailable',
  'possibly-billed': 'possibly billed',
} as const

/** A state of a picture as people are told it: of what is there, also where it came from. */
export type ShownState = keyof typeof STATE_WORDS
