/** How far a TIFF's first directory reaches: writers often put it last, so that a cut-off file has lost part of it. */

const TYPE_BYTES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/**
 * @param bytes the file as it is
 * @returns the length that the file needs for its first directory and the values of its tags, not counting pixels
 */
export function tiffExtent(bytes: Buffer): number {
  const layout = readLayout(bytes);
  const start = layout.offset(layout.big ? 8 : 4);
  const countBytes = layout.big ? 8 : 2;
  if (start + countBytes > bytes.length) return start + countBytes;
  const count = layout.big ? layout.offset(start) : layout.short(start);
  const entryBytes = layout.big ? 20 : 12;
  const end = start + countBytes + count * entryBytes + (layout.big ? 8 : 4);
  if (end > bytes.length) return end;
  let reach = end;
  for (let i = 0; i < count; i++) reach = Math.max(reach, valueEnd(layout, start + countBytes + i * entryBytes));
  return reach;
}

interface Layout {
  big: boolean;
  short: (at: number) => number;
  long: (at: number) => number;
  /** a file offset or count: 4 bytes, in BigTIFF 8; beyond the file's end it is infinite */
  offset: (at: number) => number;
}

function readLayout(bytes: Buffer): Layout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const big = bytes[little ? 2 : 3] === 43;
  const short = (at: number): number => view.getUint16(at, little);
  const long = (at: number): number => view.getUint32(at, little);
  const offset = (at: number): number => {
    if (at + (big ? 8 : 4) > bytes.length) return Infinity;
    return big ? Number(view.getBigUint64(at, little)) : long(at);
  };
  return { big, short, long, offset };
}

/** Where the values of the tag at `entry` end; 0 where they lie in the entry itself. */
function valueEnd({ big, short, long, offset }: Layout, entry: number): number {
  const count = big ? offset(entry + 4) : long(entry + 4);
  const bytes = count * (TYPE_BYTES[short(entry + 2)] ?? 0);
  return bytes <= (big ? 8 : 4) ? 0 : offset(entry + (big ? 12 : 8)) + bytes;
}
