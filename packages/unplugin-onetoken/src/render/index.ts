/** Where money is spent: loaded when something is asked for, never before. */
export { createBudget } from './budget.ts'
export { createRenderer } from './renderer.ts'
export { createSchedule } from './schedule.ts'
