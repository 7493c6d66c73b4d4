import * as ort from 'onnxruntime-node';
import type { ProbeAnswer } from './answer';
import { minimalInputs, minimalNetwork, minimalOutput } from './minimal-network';

/** Really opens a session of ONNX Runtime on a provider and computes with it. Never rejects. */
export async function probeOrt(provider: 'cpu' | 'cuda', deviceId: number): Promise<ProbeAnswer> {
  try {
    const session = await ort.InferenceSession.create(minimalNetwork(), { executionProviders: [{ name: provider, deviceId }] });
    const feeds = Object.entries(minimalInputs).map(([name, dims]): [string, ort.Tensor] => {
      const count = dims.reduce((product: number, size) => product * size, 1);
      return [name, new ort.Tensor('float32', new Float32Array(count).fill(1), dims)];
    });
    const sums = (await session.run(Object.fromEntries(feeds)))[minimalOutput.name]?.data;
    await session.release();
    const right = sums instanceof Float32Array && sums.length === 4 && sums.every((sum) => sum === 9);
    return { available: right, device: '', reason: right ? null : 'it computes wrong results' };
  } catch (error) {
    return { available: false, device: '', reason: error instanceof Error ? error.message : String(error) };
  }
}
