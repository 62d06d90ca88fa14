import fc from 'fast-check'

// A run in CI tells of the change that it runs for: the same examples each time. Elsewhere every run has others.
if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 1 })
