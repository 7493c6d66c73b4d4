import path from 'node:path';
import { defineConfig } from 'vitest/config';

const root = path.resolve(import.meta.dirname, '..');
/** release, or asan: which build of `.cache/native` is tested */
const variant = process.env.RAILSCOPE_NATIVE_VARIANT ?? 'release';

/** In these hardly any native code of ours runs, or together with programs that do not suit a sanitizer (Electron, ONNX Runtime). */
const notSanitized = [
  ...['abi-symbols', 'acl-codes', 'electron', 'library-search', 'loader', 'om-file', 'probe', 'tensors'].map(
    (name) => `native/ascend-acl/${name}.test.ts`,
  ),
  '**/*.native.test.ts',
];

/** Tests that need the built addon and the simulator: `npm run -s test:native`. */
export default defineConfig({
  root,
  test: {
    include: ['native/**/*.test.ts', '**/*.native.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', ...(variant === 'asan' ? notSanitized : [])],
    // one file at a time: most files start processes of their own, and some measure times
    pool: 'forks',
    fileParallelism: false,
    // proofs under the latency model compare durations; another program that takes both cores for a moment may spoil one try
    retry: 2,
    testTimeout: 120_000,
    env: { RAILSCOPE_NATIVE_VARIANT: variant, RAILSCOPE_NATIVE: path.join(root, '.cache/native', variant, 'ascend-acl') },
  },
});
