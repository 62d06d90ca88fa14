/** Ceiling of a run. */
export interface BudgetLimits {
  renders: number
  /** Dollars. */
  cost: number
}

/** A reserved part of a budget. */
export interface Reservation {
  /** What was really spent, in dollars; frees the rest. */
  settle(spent: number): void
}

/** What a run has spent and may still spend. */
export interface Budget {
  readonly spent: { renders: number; cost: number }
  /**
   * Reserve the worst case of a render before it is asked for. While other requests under way may turn out
   * cheaper, it waits for them; `undefined` when the render does not fit.
   */
  reserve(worst: number): Promise<Reservation | undefined>
}

/** Rounding of sums of dollars must not refuse what fits exactly. */
const EPSILON = 1e-9

/** A budget that no run exceeds, whatever the requests turn out to cost. */
export function createBudget(limits: BudgetLimits): Budget {
  const spent = { renders: 0, cost: 0 }
  const underWay = { renders: 0, cost: 0 }
  let settled: (() => void)[] = []

  const fits = (worst: number): boolean =>
    spent.renders + underWay.renders + 1 <= limits.renders &&
    spent.cost + underWay.cost + worst <= limits.cost + EPSILON

  const take = (worst: number): Reservation => {
    underWay.renders += 1
    underWay.cost += worst
    let open = true
    return {
      settle(cost) {
        if (!open) return
        open = false
        underWay.renders -= 1
        underWay.cost -= worst
        spent.cost += cost
        if (cost > 0) spent.renders += 1
        const waiting = settled
        settled = []
        for (const wake of waiting) wake()
      },
    }
  }

  return {
    spent,
    async reserve(worst) {
      while (!fits(worst)) {
        if (underWay.renders === 0) return undefined
        await new Promise<void>((wake) => settled.push(wake))
      }
      return take(worst)
    },
  }
}
