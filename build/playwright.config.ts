import path from 'node:path';
import { defineConfig } from '@playwright/test';

const root = path.resolve(import.meta.dirname, '..');

export default defineConfig({
  testDir: path.join(root, 'e2e'),
  outputDir: path.join(root, 'test-results'),
  timeout: 180_000,
  expect: { timeout: 20_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [['list'], ['json']],
  use: { trace: 'off' },
  projects: [
    { name: 'e2e', testMatch: 'specs/**/*.spec.ts' },
    { name: 'screenshots', testMatch: 'screenshots/**/*.shots.ts' },
  ],
});
