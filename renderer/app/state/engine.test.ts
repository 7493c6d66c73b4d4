import { describe, expect, it } from 'vitest';
import type { DeviceState, ModelSummary } from '#shared/domain/model';
import { chooseDevice, chooseModel, passedOver } from './engine';

const model = (id: string, error: string | null = null): ModelSummary => ({
  id,
  name: { zh: id, en: id },
  architecture: id,
  task: 'semantic',
  component: 'rail-surface',
  parameters: 1,
  precisions: ['fp32'],
  threshold: 0.5,
  minimumAreaPx: 1,
  triage: { clear: 0.3, defect: 0.7 },
  metrics: [],
  licence: 'MIT',
  error,
});
const device = (backend: DeviceState['backend'], available: boolean): DeviceState => ({
  backend,
  available,
  device: backend,
  reason: available ? null : 'no driver',
  threads: null,
});

describe('the engine of the next inspection', () => {
  it('is the wanted model, else OCINet-b0, else the first healthy one', () => {
    const models = [model('a', 'wrong hash'), model('b'), model('ocinet-b0-surface')];
    expect(chooseModel(models, 'b')?.id).toBe('b');
    expect(chooseModel(models, 'a')?.id).toBe('ocinet-b0-surface');
    expect(chooseModel(models.slice(0, 2), null)?.id).toBe('b');
    expect(chooseModel(models.slice(0, 1), null)).toBeNull();
  });

  it('takes an accelerator before the CPU and never the simulator', () => {
    const cpu = device('ort-cpu', true);
    expect(chooseDevice([cpu, device('ort-cuda', true)], 'auto')?.backend).toBe('ort-cuda');
    expect(chooseDevice([device('acl-sim', true), cpu], 'auto')?.backend).toBe('ort-cpu');
    expect(chooseDevice(null, 'auto')).toBeNull();
  });

  it('keeps an explicit choice even where it is not available', () => {
    expect(chooseDevice([device('ort-cpu', true), device('ort-cuda', false)], 'cuda')).toMatchObject({
      backend: 'ort-cuda',
      available: false,
    });
  });

  it('names every accelerator that was passed over', () => {
    const devices = [device('ort-cpu', true), device('ort-cuda', false)];
    expect(passedOver(devices, chooseDevice(devices, 'auto')).map((state) => state.backend)).toEqual(['ort-cuda']);
  });
});
