import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTf32, deviceName, PROVIDER_FILES, tf32Off, whatIsMissing } from './ort-cuda';

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('CUDA', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'railscope-cuda-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('needs a device, then the provider beside ONNX Runtime', async () => {
    const runtime = path.join(root, 'runtime');
    await mkdir(runtime);
    expect(whatIsMissing(root, runtime)).toContain('no NVIDIA device');
    await mkdir(path.join(root, 'dev'));
    await writeFile(path.join(root, 'dev/nvidia0'), '');
    expect(whatIsMissing(root, null)).toContain('onnxruntime-node is not installed');
    expect(whatIsMissing(root, runtime)).toContain('npm run cuda:install');
    for (const file of PROVIDER_FILES) await writeFile(path.join(runtime, file), '');
    expect(whatIsMissing(root, runtime)).toBeNull();
  });

  it('names the card as its driver does', async () => {
    expect(deviceName(root, 0)).toBe('CUDA 0');
    const card = path.join(root, 'proc/driver/nvidia/gpus/0000:01:00.0');
    await mkdir(card, { recursive: true });
    await writeFile(path.join(card, 'information'), 'Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 100\n');
    expect(deviceName(root, 0)).toBe('NVIDIA H100 80GB HBM3 (CUDA 0)');
    expect(deviceName(root, 1)).toBe('CUDA 1');
  });

  it('turns TF32 off for NVIDIA as well', () => {
    const env: NodeJS.ProcessEnv = { RAILSCOPE_CUDA_TF32: '0' };
    applyTf32(env);
    expect([tf32Off(env), env['NVIDIA_TF32_OVERRIDE']]).toEqual([true, '0']);
    const fast: NodeJS.ProcessEnv = {};
    applyTf32(fast);
    expect([tf32Off(fast), fast['NVIDIA_TF32_OVERRIDE']]).toEqual([false, undefined]);
  });
});
