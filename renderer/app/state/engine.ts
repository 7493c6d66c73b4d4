/** Which model and device an inspection would use, from what the machine offers. */
import {
  automaticBackends,
  backendOfChoice,
  type BackendId,
  type DeviceChoice,
  type DeviceState,
  type ModelSummary,
  type Precision,
} from '#shared/domain/model';
import type { AppState } from './app-store';

const preferredModelId = 'ocinet-b0-surface';

export function chooseModel(models: readonly ModelSummary[] | null, wantedId: string | null): ModelSummary | null {
  const usable = (models ?? []).filter((model) => model.error === null);
  return usable.find((model) => model.id === wantedId) ?? usable.find((model) => model.id === preferredModelId) ?? usable[0] ?? null;
}

/** @returns the device that the choice leads to; an unavailable one carries its reason, null = not known yet */
export function chooseDevice(devices: readonly DeviceState[] | null, choice: DeviceChoice): DeviceState | null {
  if (!devices) return null;
  const find = (backend: BackendId): DeviceState | undefined => devices.find((device) => device.backend === backend);
  if (choice !== 'auto') return find(backendOfChoice[choice]) ?? null;
  const ordered = automaticBackends.map(find).filter((device) => device !== undefined);
  return ordered.find((device) => device.available) ?? find('ort-cpu') ?? null;
}

/** Accelerators that `auto` passed over, with the reason: a fallback is never silent. */
export function passedOver(devices: readonly DeviceState[] | null, chosen: DeviceState | null): readonly DeviceState[] {
  if (!devices || !chosen) return [];
  const rank = automaticBackends.indexOf(chosen.backend);
  return automaticBackends
    .slice(0, Math.max(0, rank))
    .map((backend) => devices.find((device) => device.backend === backend && !device.available))
    .filter((device) => device !== undefined);
}

export function precisionOf(model: ModelSummary, backend: BackendId): Precision {
  if (backend === 'ascend-acl' || backend === 'acl-sim') return 'om';
  return model.precisions.find((precision) => precision === 'fp32') ?? model.precisions[0] ?? 'fp32';
}

/** What an inspection started now would use. */
export function engineOf(state: Pick<AppState, 'models' | 'devices' | 'settings'>): {
  model: ModelSummary | null;
  device: DeviceState | null;
} {
  return { model: chooseModel(state.models, state.settings.modelId), device: chooseDevice(state.devices, state.settings.device) };
}
