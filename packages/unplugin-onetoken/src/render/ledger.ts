/** A number of renders, and dollars. */
export interface Spending {
  renders: number
  /** Dollars. */
  cost: number
}

/** What counts for a budget. Several budgets that keep one ledger do not exceed any of their limits together. */
export interface Ledger {
  readonly spent: Spending
  /** The worst that the requests under way can cost. */
  readonly underWay: Spending
  /** Told once, when a request has ended. */
  waiting: (() => void)[]
}

/** A ledger with nothing in it. */
export function createLedger(): Ledger {
  return { spent: { renders: 0, cost: 0 }, underWay: { renders: 0, cost: 0 }, waiting: [] }
}
