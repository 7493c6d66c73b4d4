/** Models of the simulator: a genuine .om header in front of a description that the simulator computes. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DataTypeName } from '../tensors';

export interface SimTensor {
  readonly name: string;
  readonly dtype: DataTypeName;
  readonly format?: 'NCHW' | 'NHWC' | 'ND';
  /** -1 where the gear decides */
  readonly dims: readonly number[];
}

export interface SimModel {
  readonly inputs: readonly SimTensor[];
  readonly outputs: readonly SimTensor[];
  readonly gears?: { readonly kind: 'batch' | 'imageSize' | 'dims'; readonly values: readonly (number | readonly number[])[] };
  readonly op: { readonly type: string; readonly [setting: string]: unknown };
  readonly time?: { readonly baseUs?: number; readonly itemUs?: number };
  readonly aipp?: Readonly<Record<string, unknown>>;
  readonly soc?: string;
}

/** @returns the file's path */
export async function writeSimModel(folder: string, name: string, model: SimModel): Promise<string> {
  const body = Buffer.from(JSON.stringify({ name, ...model }));
  const header = Buffer.alloc(256);
  header.write('IMOD', 0, 'latin1');
  header.writeUInt32LE(256, 4);
  header.writeUInt32LE(0x20000000, 8);
  header.writeUInt32LE(body.length, 76);
  header.writeUInt32LE(1, 156);
  header.writeBigUInt64LE(BigInt(body.length), 184);
  const file = path.join(folder, `${name}.om`);
  await writeFile(file, Buffer.concat([header, body]));
  return file;
}

/** One input `image`, given back as `probability`. */
export async function writeIdentityModel(
  folder: string,
  { elements, dtype = 'float32' }: { elements: number; dtype?: DataTypeName },
): Promise<string> {
  return writeSimModel(folder, `identity-${dtype}-${elements}`, {
    inputs: [{ name: 'image', dtype, dims: [1, elements] }],
    outputs: [{ name: 'probability', dtype, dims: [1, elements] }],
    op: { type: 'identity' },
  });
}
