import { build } from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Bundles the process's and the worker's entry into `folder`, as the application's build does. @returns where they are */
export async function buildEntries(folder: string): Promise<{ process: URL; worker: URL }> {
  const require = createRequire(import.meta.url);
  await build({
    absWorkingDir: path.resolve(import.meta.dirname, '..'),
    entryPoints: { inference: 'entry.ts', 'inference-worker': 'pipeline/worker-entry.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import { createRequire as railscopeRequire } from 'node:module'; const require = railscopeRequire(import.meta.url);" },
    plugins: [
      {
        name: 'native packages',
        // the bundles lie outside the repository, where packages are not found by name
        setup: (esbuild) =>
          esbuild.onResolve({ filter: /^(sharp|onnxruntime-node)$/ }, (found) => ({
            path: pathToFileURL(require.resolve(found.path)).href,
            external: true,
          })),
      },
    ],
  });
  return { process: pathToFileURL(path.join(folder, 'inference.mjs')), worker: pathToFileURL(path.join(folder, 'inference-worker.mjs')) };
}
