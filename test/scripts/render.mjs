import { createOneToken } from 'unplugin-onetoken/api'

const onetoken = createOneToken({ log: console })

const plan = await onetoken.plan()
console.log(`${plan.renders.length} pictures; to render them costs at most $${plan.most.toFixed(2)}`)

// Ctrl-C sends no further request; what is under way is paid for, and awaited.
const controller = new AbortController()
process.once('SIGINT', () => controller.abort())

const report = await onetoken.render({
  maxCost: 1,
  signal: controller.signal,
  onProgress: ({ done, total, render }) => console.log(`${done}/${total} ${render.names.join(', ')}`),
})
await onetoken.close()

console.log(`${report.made} made for $${report.cost.toFixed(3)}`)
for (const { names, state, problem } of report.failed) console.error(names, state, problem.message)
process.exitCode = report.problem?.exitCode ?? 0
