import { defineConfig } from 'vitest/config'

const PAGE_TESTS = 'packages/sandbox-page/test/**/*.test.ts'

export default defineConfig({
  test: {
    pool: 'forks',
    // Much of a run is waiting for real time to pass, so more workers than processors pay.
    maxWorkers: 4,
    testTimeout: 15_000,
    hookTimeout: 15_000,
    expect: { poll: { timeout: 10_000 } },
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'code',
          include: ['packages/*/test/**/*.test.ts', 'integrations/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [PAGE_TESTS, '**/node_modules/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // A browser and three integrations each: after all others, and fewer at a time.
        extends: true,
        test: { name: 'page', include: [PAGE_TESTS], maxWorkers: 3, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
