/**
 * The file that keeps what a network of instances found, for other thresholds later: gzip of one line of JSON, a line
 * break, and the masks' grids one after the other. About 3 kB an instance before compression.
 */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { FoundInstance } from './detected-part';

export interface KeptInstances {
  readonly picture: { readonly width: number; readonly height: number };
  readonly roiSide: number;
  /** best first */
  readonly instances: readonly FoundInstance[];
}

const headSchema = z.object({
  version: z.literal(1),
  width: z.int().positive(),
  height: z.int().positive(),
  roiSide: z.int().positive().max(1024),
  instances: z.array(
    z.object({
      classCode: z.string().min(1),
      score: z.number().min(0).max(1),
      /** by part: left, top, right, bottom in picture pixels */
      boxes: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
    }),
  ),
});

const LINE_BREAK = 10;
const pack = promisify<Uint8Array, { level: number }, Buffer>(gzip);
const unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);
/** far above what the largest picture gives; a damaged file must not fill the memory */
const LARGEST_BYTES = 512 * 1024 * 1024;

export async function packInstances({ picture, roiSide, instances }: KeptInstances): Promise<Uint8Array> {
  const head: z.infer<typeof headSchema> = {
    version: 1,
    ...picture,
    roiSide,
    instances: instances.map(({ classCode, score, parts }) => ({
      classCode,
      score,
      boxes: parts.map(({ box }): [number, number, number, number] => [box.x0, box.y0, box.x1, box.y1]),
    })),
  };
  const grids = instances.flatMap(({ parts }) => parts.map(({ grid }) => grid));
  return pack(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...grids]), { level: 1 });
}

/** @throws image-missing when there is no such file, image-corrupt when it is not one of ours or is damaged */
export async function readKeptInstances(path: string): Promise<KeptInstances> {
  const packed = await readFile(path).catch((error: unknown) => {
    throw new RailscopeError('image-missing', `cannot read ${path}`, { path }, error);
  });
  try {
    return parse(await unpack(packed, { maxOutputLength: LARGEST_BYTES }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RailscopeError('image-corrupt', `${path}: ${reason}`, { path, reason }, error);
  }
}

function parse(bytes: Buffer): KeptInstances {
  const end = bytes.indexOf(LINE_BREAK);
  const { width, height, roiSide, instances } = headSchema.parse(JSON.parse(bytes.toString('utf8', 0, Math.max(0, end))));
  const gridLength = roiSide * roiSide;
  let at = end + 1;
  const takeGrid = (): Uint8Array => {
    if (at + gridLength > bytes.length) throw new Error('the file is cut off');
    at += gridLength;
    return new Uint8Array(bytes.subarray(at - gridLength, at));
  };
  return {
    picture: { width, height },
    roiSide,
    instances: instances.map(({ classCode, score, boxes }) => ({
      classCode,
      score,
      parts: boxes.map(([x0, y0, x1, y1]) => ({ box: { x0, y0, x1, y1 }, grid: takeGrid() })),
    })),
  };
}
