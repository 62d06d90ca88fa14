import { createLedger, type Ledger, type Spending } from './ledger.ts'

/** Ceiling of a run. */
export type BudgetLimits = Spending

/** A reserved part of a budget. Ends once: by `settle` or by `release`. */
export interface Reservation {
  /** The render is, or may be, paid for: count it at what it cost in dollars, and free the rest. */
  settle(cost: number): void
  /** Nothing was paid for: free all of it. */
  release(): void
}

/** What a run has spent and may still spend. */
export interface Budget {
  readonly limits: Readonly<BudgetLimits>
  readonly spent: Readonly<Spending>
  /**
   * Reserve the worst case of a render before it is asked for. While other requests under way may turn out
   * cheaper, it waits for them; `undefined` when the render does not fit, whatever they cost.
   */
  reserve(worst: number): Promise<Reservation | undefined>
}

/** Rounding of sums of dollars must not refuse what fits exactly. */
const EPSILON = 1e-9

/**
 * A budget that no run exceeds, as long as no request costs more than its worst case. `ledger` has what was spent before
 * and what others who keep it have under way, and is kept up to date.
 */
export function createBudget(limits: BudgetLimits, ledger: Ledger = createLedger()): Budget {
  const { spent, underWay } = ledger

  const fitsBeside = (other: Spending, worst: number): boolean =>
    spent.renders + other.renders + 1 <= limits.renders &&
    spent.cost + other.cost + worst <= limits.cost + EPSILON

  const take = (worst: number): Reservation => {
    underWay.renders += 1
    underWay.cost += worst
    let open = true
    const end = (renders: number, cost: number): void => {
      if (!open) return
      open = false
      underWay.renders -= 1
      underWay.cost -= worst
      spent.renders += renders
      spent.cost += cost
      const woken = ledger.waiting
      ledger.waiting = []
      for (const wake of woken) wake()
    }
    return { settle: (cost) => end(1, cost), release: () => end(0, 0) }
  }

  return {
    limits,
    spent,
    async reserve(worst) {
      while (!fitsBeside(underWay, worst)) {
        if (!fitsBeside({ renders: 0, cost: 0 }, worst)) return undefined
        await new Promise<void>((wake) => ledger.waiting.push(wake))
      }
      return take(worst)
    },
  }
}
