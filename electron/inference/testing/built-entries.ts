import { build } from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface BuiltEntries {
  process: URL;
  worker: URL;
  serving: URL;
  probe: URL;
}

/** Bundles the entries of this room into `folder`, as the application's build does. @returns where they are */
export async function buildEntries(folder: string): Promise<BuiltEntries> {
  const require = createRequire(import.meta.url);
  await build({
    absWorkingDir: path.resolve(import.meta.dirname, '..'),
    entryPoints: {
      inference: 'entry.ts',
      'inference-worker': 'pipeline/worker-entry.ts',
      serving: 'serving/entry.ts',
      'serving-worker': 'serving/worker-entry.ts',
      'probe-child': 'probes/probe-entry.ts',
    },
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
  const entry = (name: string): URL => pathToFileURL(path.join(folder, `${name}.mjs`));
  return { process: entry('inference'), worker: entry('inference-worker'), serving: entry('serving'), probe: entry('probe-child') };
}
