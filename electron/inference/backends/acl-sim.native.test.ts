/**
 * The ascend-acl backend on the simulator, which computes the real network with ONNX Runtime: the way through the addon,
 * ACL's interface, the device's memory and back must not change a single probability.
 */
import * as ort from 'onnxruntime-node';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { simulatorFile } from '../../../native/ascend-acl/testing/run-scenario';
import { writeSimModel } from '../../../native/ascend-acl/testing/sim-models';
import { ModelCatalog } from '../catalog/model-catalog';
import { requireProbability } from '../catalog/require-probability';
import { describeConformance } from '../testing/backend-conformance';
import { aclSimulator } from './ascend-acl';
import { ortCpu } from './ort-cpu';
import { BackendRegistry } from './registry';

interface BridgeTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data?: ArrayBuffer;
}
interface Bridge {
  registerBackend(
    library: string,
    compute: (
      onnxPath: string,
      inputs: readonly BridgeTensor[],
      outputs: readonly BridgeTensor[],
      done: (data: ArrayBuffer[] | null) => void,
    ) => void,
  ): void;
}

const library = simulatorFile('libascendcl.so');
const sessions = new Map<string, Promise<ort.InferenceSession>>();

async function compute(onnxPath: string, inputs: readonly BridgeTensor[], outputs: readonly BridgeTensor[]): Promise<ArrayBuffer[]> {
  const opening = sessions.get(onnxPath) ?? ort.InferenceSession.create(onnxPath, { intraOpNumThreads: 2 });
  sessions.set(onnxPath, opening);
  const session = await opening;
  const feeds = inputs.map(({ name, dims, data }): [string, ort.Tensor] => [
    name,
    new ort.Tensor('float32', new Float32Array(data ?? new ArrayBuffer(0)), dims),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  return outputs.map(({ name }) => new Float32Array(results[name]?.data as Float32Array).buffer);
}

const bridge = createRequire(import.meta.url)(simulatorFile('acl-sim-bridge.node')) as Bridge;
bridge.registerBackend(library, (onnxPath, inputs, outputs, done) => {
  compute(onnxPath, inputs, outputs).then(done, () => done(null));
});

const folder = mkdtempSync(path.join(tmpdir(), 'railscope-acl-sim-'));
const backend = aclSimulator(library);
const catalog = new ModelCatalog(path.resolve(import.meta.dirname, '../../../models/catalog'));

async function model(): Promise<{
  manifest: Awaited<ReturnType<ModelCatalog['entry']>>['manifest'];
  onnxFile: string;
  weightsFile: string;
}> {
  const entry = await catalog.entry('u2netp-surface');
  const { file: onnxFile } = await catalog.verifiedWeights(entry, 'fp32');
  const { input, output } = requireProbability(entry.manifest);
  const weightsFile = await writeSimModel(folder, 'u2netp', {
    inputs: [{ name: input.name, dtype: 'float32', format: 'NCHW', dims: [-1, input.channels, input.height, input.width] }],
    outputs: [{ name: output.name, dtype: 'float32', dims: [-1, output.channels, input.height, input.width] }],
    gears: { kind: 'batch', values: [1, 2] },
    op: { type: 'onnx', path: onnxFile },
  });
  return { manifest: entry.manifest, onnxFile, weightsFile };
}

afterAll(() => rm(folder, { recursive: true }));

describeConformance(backend, async () => ({ ...(await model()), brokenFile: fileURLToPath(import.meta.url) }));

describe('ascend-acl on the simulator', () => {
  it('gives exactly what the processor gives', async () => {
    const { manifest, onnxFile, weightsFile } = await model();
    const { name, channels, height, width } = manifest.input;
    const data = Float32Array.from({ length: channels * height * width }, (_, i) => ((i * 31) % 256) / 255);
    const tensors = { [name]: { dims: [1, channels, height, width], data } };
    const outputs = await Promise.all(
      [
        [backend, weightsFile],
        [ortCpu, onnxFile],
      ].map(async ([chosen, file]) => {
        const session = await (chosen as typeof backend).open(manifest, file as string, { threads: 2 });
        const result = await session.run(tensors);
        await session.dispose();
        return result[requireProbability(manifest).output.name]?.data;
      }),
    );
    expect(outputs[0]).toEqual(outputs[1]);
  });

  it('names itself a simulator wherever it shows', async () => {
    const { manifest, weightsFile } = await model();
    const session = await backend.open(manifest, weightsFile, { threads: 0 });
    expect(session.device).toMatch(/^ACL simulator \(no hardware\)/);
    await session.dispose();
    expect((await backend.probe()).device).toMatch(/^ACL simulator \(no hardware\)/);
  });

  it('sends models without .om weights to the next backend', async () => {
    const { manifest, onnxFile } = await model();
    await expect(backend.open(manifest, onnxFile, { threads: 0 })).rejects.toMatchObject({ code: 'backend-unavailable' });
  });

  it('is no device of this machine, and never chosen by itself', async () => {
    const registry = new BackendRegistry([backend, ortCpu]);
    expect((await registry.candidates('auto')).map(({ id }) => id)).toEqual(['ort-cpu']);
    expect((await registry.candidates('ascend')).map(({ id }) => id)).toEqual(['acl-sim']);
    expect((await new BackendRegistry().devices()).map(({ backend: id }) => id)).not.toContain('acl-sim');
  });
});
