/** Options of `railscope precision` and `railscope bench`. */
import { Option, type Command } from 'commander';
import path from 'node:path';
import { deviceChoiceSchema, precisionSchema, type DeviceChoice, type Precision } from '#shared/domain/model';
import { benchEngines } from '../commands/bench';
import { comparePrecision } from '../commands/precision';
import type { CliContext, ExitCode } from '../context';
import { integerFrom, integersFrom, numberFrom, wordsFrom } from '../option-values';

type Finish = (code: ExitCode) => void;

interface PrecisionFlags {
  model?: string;
  device: DeviceChoice;
  precision?: Precision;
  referenceDevice: DeviceChoice;
  referencePrecision: Precision;
  images: number;
  region: 'auto' | 'full';
  threads: number;
  html?: string;
  json?: boolean;
}

export function addPrecision(program: Command, context: CliContext, finish: Finish): Command {
  const { t } = context;
  const precisions = precisionSchema.options;
  return program
    .command('precision')
    .description(t('precision.description'))
    .argument('<folder>', t('precision.folder'))
    .option('--model <id>', t('option.model'))
    .addOption(new Option('--device <device>', t('option.device')).choices(deviceChoiceSchema.options).default('auto'))
    .addOption(new Option('--precision <precision>', t('option.precision')).choices(precisions))
    .addOption(new Option('--reference-device <device>', t('option.referenceDevice')).choices(deviceChoiceSchema.options).default('cpu'))
    .addOption(new Option('--reference-precision <precision>', t('option.referencePrecision')).choices(precisions).default('fp32'))
    .option('--images <n>', t('option.images'), integerFrom('--images', 1, 1e6), 10)
    .addOption(new Option('--region <region>', t('option.region')).choices(['auto', 'full']).default('auto'))
    .option('--threads <n>', t('option.threads'), integerFrom('--threads', 0, 1024), 0)
    .option('--html <file>', t('option.html'))
    .addHelpText('after', `\n${t('precision.exitCodes')}`)
    .action(async (target: string, flags: PrecisionFlags) => {
      const { device, referenceDevice, referencePrecision, images, region, threads } = flags;
      finish(
        await comparePrecision(context, {
          target: path.resolve(context.io.cwd, target),
          modelId: flags.model ?? null,
          precision: flags.precision ?? null,
          html: absolute(context, flags.html),
          json: flags.json ?? false,
          ...{ device, referenceDevice, referencePrecision, images, region, threads },
        }),
      );
    });
}

interface BenchFlags {
  model?: string;
  devices: DeviceChoice[];
  precisions: Precision[];
  batches: number[];
  processes: number[];
  threads: number;
  loops: number;
  warmups: number;
  seconds: number;
  images: number;
  tileSizes: number[];
  csv?: string;
  html?: string;
  save: boolean;
  json?: boolean;
}

const measurable = ['cpu', 'cuda', 'ascend', 'remote'] as const;

export function addBench(program: Command, context: CliContext, finish: Finish): Command {
  const { t, ports } = context;
  return program
    .command('bench')
    .description(t('bench.description'))
    .argument('[folder]', t('bench.folder.argument'), ports.demoImages)
    .option('--model <id>', t('option.model'))
    .option('--devices <list>', t('bench.option.devices'), wordsFrom('--devices', measurable), [])
    .option('--precisions <list>', t('bench.option.precisions'), wordsFrom('--precisions', precisionSchema.options), [])
    .option('--batches <list>', t('bench.option.batches'), integersFrom('--batches', 1, 1024), [1, 2, 4, 8])
    .option('--processes <list>', t('bench.option.processes'), integersFrom('--processes', 1, 64), [1, 2])
    .option('--threads <n>', t('option.threads'), integerFrom('--threads', 0, 1024), 0)
    .option('--loops <n>', t('bench.option.loops'), integerFrom('--loops', 1, 1e6), 30)
    .option('--warmups <n>', t('bench.option.warmups'), integerFrom('--warmups', 0, 1e6), 3)
    .option('--seconds <s>', t('bench.option.seconds'), numberFrom('--seconds', 0, 3600), 10)
    .option('--images <n>', t('bench.option.images'), integerFrom('--images', 0, 1e6), 8)
    .option('--tile-sizes <list>', t('bench.option.tileSizes'), integersFrom('--tile-sizes', 64, 8192), [])
    .option('--csv <file>', t('bench.option.csv'))
    .option('--html <file>', t('option.html'))
    .option('--no-save', t('bench.option.noSave'))
    .action(async (target: string, flags: BenchFlags) => {
      const { devices, precisions, batches, processes, threads, loops, warmups, images, tileSizes, save } = flags;
      finish(
        await benchEngines(context, {
          target: path.resolve(context.io.cwd, target),
          modelId: flags.model ?? null,
          maximumMs: flags.seconds * 1000,
          csv: absolute(context, flags.csv),
          html: absolute(context, flags.html),
          json: flags.json ?? false,
          ...{ devices, precisions, batches, processes, threads, loops, warmups, images, tileSizes, save },
        }),
      );
    });
}

function absolute({ io }: CliContext, file: string | undefined): string | null {
  return file === undefined ? null : path.resolve(io.cwd, file);
}
