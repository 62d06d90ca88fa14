/**
 * A look-alike of the OneToken image API on loopback, for tests and demonstrations. It checks requests as strictly
 * as the real API, answers with painted pictures, keeps a log and a bill, and misbehaves on request.
 * It shares no code with the client that it stands against.
 *
 * @module
 */
export { outputTokens } from './price.ts'
export { SCENARIOS, type ScenarioName } from './catalogue.ts'
export type { Scenario, ScenarioRule } from './scenario.ts'
export { startMock } from './server.ts'
export type { MockFile, MockOptions, MockRequest, MockServer, MockStats, Scenarios } from './types.ts'
