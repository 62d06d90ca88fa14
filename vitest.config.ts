import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Builds wait for the API and for processes of their own: two at once take less than one after the other.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          setupFiles: ['test/helpers/seed.ts'],
          // Many times what they take. How long that is is no promise, and other work may have the processors.
          testTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/{e2e,faults,servers}/**/*.test.ts'],
          globalSetup: ['test/helpers/global-setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 480_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
})
