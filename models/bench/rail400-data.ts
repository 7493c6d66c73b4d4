/** Reads the rail400 set: pictures, splits and box labels (not part of the repository, see BENCHMARKS.md). */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export interface LabelBox {
  /** of labels_nc3: 0 defect, 1 dirt, 2 gap */
  classId: number;
  /** fractions of the picture's width and height */
  centreX: number;
  centreY: number;
  width: number;
  height: number;
}

export interface Rail400Image {
  name: string;
  path: string;
  split: string;
  boxes: LabelBox[];
}

/** @throws Error when the folder is not the rail400 set */
export async function readRail400(folder: string): Promise<Rail400Image[]> {
  const rows = parseCsv(await readFile(path.join(folder, 'meta.csv'), 'utf8'));
  return Promise.all(
    rows.map(async (row) => {
      const name = row['name'] ?? '';
      const labels = await readFile(path.join(folder, 'labels_nc3', `${name}.txt`), 'utf8').catch(() => '');
      return { name, path: path.join(folder, 'images', `${name}.jpg`), split: row['split_location'] ?? '', boxes: parseYolo(labels) };
    }),
  );
}

/** Rows by column name; the file quotes nothing. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
  });
}

/** @throws Error naming a line that is not five numbers */
export function parseYolo(text: string): LabelBox[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const numbers = line.trim().split(/\s+/).map(Number);
    const [classId, centreX, centreY, width, height] = numbers;
    const whole = classId !== undefined && centreX !== undefined && centreY !== undefined && width !== undefined && height !== undefined;
    if (!whole || numbers.some(Number.isNaN)) throw new Error(`not a label: ${line}`);
    return { classId, centreX, centreY, width, height };
  });
}
