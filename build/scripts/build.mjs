/**
 * Builds everything into dist/: Node-side bundles with esbuild, the Ascend addon with CMake, the window with Vite.
 * Packages stay outside the Node bundles (native files), but zod and our own code go in.
 */
import { build as esbuild } from 'esbuild';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as vite } from 'vite';
import { installNative } from './build-native.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const external = ['electron', 'sharp', 'onnxruntime-node', '@photostructure/sqlite'];

const common = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', sourcemap: 'linked', logLevel: 'warning', external };
/** Entry points by process; ESM where Node starts them, CommonJS where Electron must load them at once. */
const bundles = [
  { entryPoints: { main: 'electron/main/main.ts' }, outdir: 'dist/main', format: 'cjs', outExtension: { '.js': '.cjs' } },
  { entryPoints: { preload: 'electron/preload/preload.ts' }, outdir: 'dist/preload', format: 'cjs', outExtension: { '.js': '.cjs' } },
  {
    entryPoints: {
      inference: 'electron/inference/entry.ts',
      'inference-worker': 'electron/inference/pipeline/worker-entry.ts',
      serving: 'electron/inference/serving/entry.ts',
      'serving-worker': 'electron/inference/serving/worker-entry.ts',
      'probe-child': 'electron/inference/probes/probe-entry.ts',
      project: 'electron/project/entry.ts',
      railscope: 'electron/cli/railscope.ts',
      bench: 'models/bench/bench.ts',
      'ascend-doctor': 'native/ascend-acl/doctor-main.ts',
    },
    outdir: 'dist/node',
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    // packages that use require() inside an ES module bundle
    banner: { js: "import { createRequire as railscopeRequire } from 'node:module'; const require = railscopeRequire(import.meta.url);" },
  },
];

export async function buildAll() {
  await rm(path.join(root, 'dist'), { recursive: true, force: true });
  await Promise.all(bundles.map((bundle) => esbuild({ ...common, ...bundle })));
  await installNative(path.join(root, 'dist/native'), (line) => process.stderr.write(`${line}\n`));
  await vite({ configFile: path.join(root, 'build/vite.config.ts'), logLevel: 'warn' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
