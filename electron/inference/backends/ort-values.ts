/** What ONNX Runtime answers as the tensors of this room, which are always float32. */
import type * as ort from 'onnxruntime-node';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Tensor } from './backend';

/**
 * float32 is passed on as it is; float16, int32, int64 and bool are converted (integers above 2²⁴ lose digits).
 * @throws inference-failed for anything else
 */
export function tensorOfOrtValue(name: string, value: ort.OnnxValue): Tensor {
  const { type, dims, data } = value;
  if (type === 'float32' && data instanceof Float32Array) return { dims, data };
  if (type === 'float16' && data instanceof Uint16Array) return { dims, data: floatsOfHalves(data) };
  // newer runtimes have a type of their own for halves, which reads as numbers
  if (type === 'float16' || data instanceof Int32Array || data instanceof Uint8Array)
    return { dims, data: Float32Array.from(data as ArrayLike<number>) };
  if (data instanceof BigInt64Array) return { dims, data: Float32Array.from(data, Number) };
  throw new RailscopeError('inference-failed', `output ${name} is ${type}, expected numbers`);
}

/** @param halves IEEE 754 half-precision bit patterns */
export function floatsOfHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, floatOfHalf);
}

function floatOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
