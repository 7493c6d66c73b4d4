/** `railscope`: the inspection jobs without a window. Built to dist/node/railscope.mjs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InferencePort } from '#shared/ports/inference';
import type { ProjectPort } from '#shared/ports/project';
import type { ServingPort } from '#shared/ports/serving';
import type { CliIo, CliPorts } from './context';
import { forkPort } from './fork-port';
import { printReport } from './print-report';
import { runCli } from './run-cli';

const bundles = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(bundles, '../..');

/** A terminal's Ctrl-C may come twice at once: from the terminal itself and passed on by npm. */
const IMPATIENT_AFTER_MS = 1000;

function version(): string {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** The first interrupt is for the command; a later one ends the program at once. */
function onInterrupt(listener: () => void): () => void {
  let firstMs: number | null = null;
  const handle = (): void => {
    if (firstMs !== null && Date.now() - firstMs > IMPATIENT_AFTER_MS) process.exit(130);
    if (firstMs !== null) return;
    firstMs = Date.now();
    listener();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, handle);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, handle);
  };
}

const io: CliIo = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  stderrIsTerminal: process.stderr.isTTY,
  stderrColumns: () => process.stderr.columns || 80,
  env: process.env,
  cwd: process.cwd(),
  onInterrupt,
};

const ports: CliPorts = {
  version: version(),
  demoImages: path.join(root, 'models/demo/images'),
  startInference: () => forkPort<InferencePort>(path.join(bundles, 'inference.mjs'), 'inference'),
  startProject: () => forkPort<ProjectPort>(path.join(bundles, 'project.mjs'), 'project'),
  startServing: () => forkPort<ServingPort>(path.join(bundles, 'serving.mjs'), 'serving'),
  printReport: (input) => printReport(root, input),
};

// a reader that goes away (`| head`) ends the output, not the inspection
process.stdout.on('error', () => undefined);
process.exitCode = await runCli(process.argv.slice(2), io, ports);
