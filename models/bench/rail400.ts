import type { InspectionEngine } from '#shared/jobs/run-inspection';
import { openEngine, startInference, inspectAll } from './inference-process';
import { readRail400, type Rail400Image } from './rail400-data';
import { addScores, emptyScore, scoreImage, type BoxScore } from './rail400-score';
import { markdownTable } from './table';

export interface Rail400Options {
  /** folder of the set */
  data: string;
  /** empty = the first usable model */
  models: string[];
  splits: string[];
  regions: ('auto' | 'full')[];
  threads: number;
  print: (text: string) => void;
  progress: (text: string) => void;
}

interface Row {
  split: string;
  region: 'auto' | 'full';
  score: BoxScore;
  seconds: number;
}

const header = [
  'split',
  'region',
  'images',
  'defect boxes',
  'hit',
  'hit rate',
  'instances/image',
  'false/image',
  'off all boxes/image',
  'tiles/image',
  's/image',
];

/** Prints one table per model: defect boxes hit, false instances and tiles per picture, for each split and region. */
export async function benchRail400(options: Rail400Options): Promise<void> {
  const images = await readRail400(options.data);
  const port = startInference();
  try {
    for (const modelId of options.models.length > 0 ? options.models : [null]) {
      const engine = await openEngine(port, { modelId, device: 'auto', threads: options.threads });
      await benchModel(engine, images, options);
      await port.call.close({ sessionId: engine.session.sessionId });
    }
  } finally {
    await port.stop();
  }
}

async function benchModel(engine: InspectionEngine, images: readonly Rail400Image[], options: Rail400Options): Promise<void> {
  const rows: Row[] = [];
  for (const split of options.splits) {
    for (const region of options.regions) rows.push(await benchSplit(engine, images, split, region, options));
  }
  const { threshold, minimumAreaPx, threads } = engine.session;
  const { modelId, modelSha256, backend, device, precision } = engine.session.engine;
  const facts = `threshold ${threshold}, minimum area ${minimumAreaPx} px, ${threads} threads`;
  options.print(`\n${modelId} (${modelSha256.slice(0, 12)}), ${backend}, ${device}, ${precision}, ${facts}\n\n`);
  options.print(`${markdownTable(header, rows.map(cells))}\n`);
}

async function benchSplit(
  engine: InspectionEngine,
  images: readonly Rail400Image[],
  split: string,
  region: 'auto' | 'full',
  options: Rail400Options,
): Promise<Row> {
  const chosen = images.filter((image) => image.split === split);
  if (chosen.length === 0) throw new Error(`no picture has split_location ${split}`);
  const boxesByPath = new Map(chosen.map((image) => [image.path, image.boxes]));
  const startedMs = performance.now();
  const inspected = await inspectAll(engine, [...boxesByPath.keys()], {
    region: { mode: region, box: null },
    wantTiles: true,
    onDone: (done, total) => options.progress(`${engine.session.engine.modelId} ${split} ${region} ${done}/${total}`),
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const score = inspected.map(({ path, output }) => scoreImage(output, boxesByPath.get(path) ?? [])).reduce(addScores, emptyScore);
  return { split, region, score, seconds };
}

function cells({ split, region, score, seconds }: Row): string[] {
  const perImage = (value: number): string => (value / score.images).toFixed(2);
  return [
    split,
    region,
    String(score.images),
    String(score.defectBoxes),
    String(score.defectBoxesHit),
    score.defectBoxes > 0 ? (score.defectBoxesHit / score.defectBoxes).toFixed(3) : '',
    perImage(score.instances),
    perImage(score.falseInstances),
    perImage(score.falseInstancesOffAllBoxes),
    perImage(score.tiles),
    perImage(seconds),
  ];
}
