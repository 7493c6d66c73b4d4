/** Runs of a mask tile as stored: each number in 7-bit groups, low group first, the high bit set on all but the last. */
import { RailscopeError } from '#shared/errors/railscope-error';

/** @param runs pairs [label, length] */
export function encodeRuns(runs: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(runs.length * 5);
  let at = 0;
  for (let value of runs) {
    for (; value > 0x7f; value >>>= 7) bytes[at++] = (value & 0x7f) | 0x80;
    bytes[at++] = value;
  }
  return bytes.slice(0, at);
}

/** @throws project-corrupt where the bytes end inside a number */
export function decodeRuns(bytes: Uint8Array): Uint32Array {
  const runs = new Uint32Array(bytes.length);
  let count = 0;
  let value = 0;
  let shift = 0;
  for (const byte of bytes) {
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte & 0x80) continue;
    runs[count++] = value;
    value = 0;
    shift = 0;
  }
  if (shift !== 0) throw new RailscopeError('project-corrupt', 'a stored mask tile ends inside a number');
  return runs.slice(0, count);
}
