import path from 'node:path';
import { defineConfig } from 'vitest/config';

const root = path.resolve(import.meta.dirname, '..');

export default defineConfig({
  root,
  test: {
    include: ['electron/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'build/**/*.test.mjs', 'models/**/*.test.ts'],
    // what needs the built addon and the simulator: vitest.native.config.ts
    exclude: ['**/node_modules/**', 'dist/**', '**/*.native.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
  },
});
