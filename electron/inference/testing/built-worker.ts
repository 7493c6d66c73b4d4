import { build } from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Bundles the worker's entry into `folder`, as the application's build does. @returns where it is */
export async function buildWorker(folder: string): Promise<URL> {
  const outfile = path.join(folder, 'inference-worker.mjs');
  const sharp = pathToFileURL(createRequire(import.meta.url).resolve('sharp')).href;
  await build({
    entryPoints: [path.resolve(import.meta.dirname, '../pipeline/worker-entry.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import { createRequire as railscopeRequire } from 'node:module'; const require = railscopeRequire(import.meta.url);" },
    // the bundle lies outside the repository, where packages are not found by name
    plugins: [{ name: 'sharp', setup: (esbuild) => esbuild.onResolve({ filter: /^sharp$/ }, () => ({ path: sharp, external: true })) }],
  });
  return pathToFileURL(outfile);
}
