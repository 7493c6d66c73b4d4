/** `npm run -s bench -- pipeline|rail400|instances|peers`: measurements that BENCHMARKS.md is made of. Built to dist/node/bench.mjs. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchInstances } from './instances';
import { benchPeers } from './peers';
import { benchPipeline } from './pipeline';
import { benchRail400 } from './rail400';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const peersRequirements = path.join(root, 'models/bench/peers/requirements.txt');

const print = (text: string): void => void process.stdout.write(text);
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
};
const endProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
};

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('a whole number is needed');
  return number;
}

function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('a number above 0 is needed');
  return number;
}

const program = new Command('bench').description('measurements of RailScope; tables are Markdown').helpCommand(false);

program
  .command('pipeline')
  .description('images per second of the inspection against the bare network on the same tiles; ends with "ratio 0.NN"')
  .option('--images <dir>', 'folder of pictures', path.join(root, 'models/demo/images'))
  .option('--count <n>', 'pictures to run; a smaller folder is gone through again', positiveNumber, 24)
  .option('--rounds <n>', 'how often pipeline and bare network take turns', positiveNumber, 2)
  .option('--model <id>', 'model of the catalogue (otherwise the first usable one)')
  .option('--threads <n>', '0 = chosen from the machine', wholeNumber, 0)
  .addOption(new Option('--region <region>', 'auto = rail band only').choices(['auto', 'full']).default('auto'))
  .action(async (options: { images: string; count: number; rounds: number; model?: string; threads: number; region: 'auto' | 'full' }) => {
    const { images, count, rounds, threads, region } = options;
    const catalog = path.join(root, 'models/catalog');
    const ratio = await benchPipeline({ images, count, rounds, threads, region, modelId: options.model ?? null, catalog, print, progress });
    endProgress();
    print(`ratio ${ratio.toFixed(2)}\n`);
  });

program
  .command('rail400')
  .description('defect boxes hit and false instances per image on the rail400 set')
  .requiredOption('--data <dir>', 'folder of the set (with meta.csv, images, labels_nc3)')
  .option('--model <id...>', 'models of the catalogue (otherwise the first usable one)')
  .option('--split <name...>', 'values of split_location', ['test', 'val'])
  .addOption(new Option('--region <region>', 'part of the picture that is looked at').choices(['auto', 'full', 'both']).default('both'))
  .option('--threads <n>', '0 = chosen from the machine', wholeNumber, 0)
  .action(async (options: { data: string; model?: string[]; split: string[]; region: 'auto' | 'full' | 'both'; threads: number }) => {
    const { data, split, region, threads } = options;
    const regions = region === 'both' ? (['auto', 'full'] as const) : [region];
    await benchRail400({ data, models: options.model ?? [], splits: split, regions: [...regions], threads, print, progress });
    endProgress();
  });

program
  .command('peers')
  .description('the inspection against a plain Python script and OpenCV DNN on the same tiles; ends with "ratio N.NN"')
  .option('--images <dir>', 'folder of pictures', path.join(root, 'models/demo/images/rail'))
  .option('--count <n>', 'pictures at most', positiveNumber, 8)
  .option('--rounds <n>', 'how often all take turns', positiveNumber, 3)
  .option('--model <id>', 'model of the catalogue (otherwise the first usable one)')
  .option('--threads <n>', '0 = chosen from the machine', wholeNumber, 0)
  .action(async (options: { images: string; count: number; rounds: number; model?: string; threads: number }) => {
    const { images, count, rounds, threads } = options;
    const python = execFileSync(process.execPath, [path.join(root, 'build/scripts/python-env.mjs'), 'peers', peersRequirements], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim();
    const catalog = path.join(root, 'models/catalog');
    const script = path.join(root, 'models/bench/peers/segment_folder.py');
    const ratio = await benchPeers({
      images,
      count,
      rounds,
      threads,
      modelId: options.model ?? null,
      catalog,
      python,
      script,
      print,
      progress,
    });
    endProgress();
    print(`ratio ${ratio.toFixed(2)}\n`);
  });

program
  .command('instances')
  .description('milliseconds behind a network of instances, on made-up outputs; blending in TypeScript against an ONNX graph')
  .option('--count <n>', 'instances in the picture', positiveNumber, 100)
  .option('--rounds <n>', 'repetitions', positiveNumber, 50)
  .action(async ({ count, rounds }: { count: number; rounds: number }) => {
    await benchInstances({ count, rounds, graph: path.join(root, 'electron/inference/testing/fixtures/blend.onnx'), print });
  });

try {
  await program.parseAsync();
} catch (error) {
  endProgress();
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
