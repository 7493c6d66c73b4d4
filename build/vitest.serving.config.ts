import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests against a third-party server, which `npm test -- serving` starts for them. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '..'),
  test: { include: ['electron/**/*.serving.ts'], pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 },
});
