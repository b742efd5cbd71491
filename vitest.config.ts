import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/servers.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: one test process and the servers that it talks to.
    maxWorkers: 2,
  },
});
