import { stat } from 'node:fs/promises';
import type { InferencePort } from '#shared/ports/inference';
import type { Watchdog } from './hang-watchdog';

/** Loading a large model and its first run on a slow disk and device. */
const openAllowanceMs = 600_000;
/** Smallest time granted for a picture, however small its file; it counts only while the process gives signs of life. */
const imageAllowanceMs = 600_000;
/** A strongly compressed megabyte holds about 100 tiles, and the slowest device needs about a second for each. */
const allowanceMsPerByte = 100_000 / 1_000_000;

/** The inference process behind a watchdog: a call that hangs ends with `process-gone`, and the process is started anew. */
export function guardInference(port: InferencePort, watchdog: Watchdog): InferencePort {
  return {
    models: (input) => port.models(input),
    devices: (input) => port.devices(input),
    // has its own time limits
    checkRemote: (input) => port.checkRemote(input),
    open: (input) => watchdog.watch(port.open(input), openAllowanceMs),
    close: (input) => port.close(input),
    infer: (input) => watchdog.watch(port.infer(input), imageAllowance(input.path)),
    prioritise: (input) => port.prioritise(input),
    cancel: (input) => port.cancel(input),
    findRegion: (input) => watchdog.watch(port.findRegion(input), openAllowanceMs),
    measureSpeed: (input) => watchdog.watch(port.measureSpeed(input), openAllowanceMs),
    compareEngines: (input) => watchdog.watch(port.compareEngines(input), openAllowanceMs + imageAllowanceMs),
    saveProfile: (input) => port.saveProfile(input),
    rethreshold: (input) => watchdog.watch(port.rethreshold(input), openAllowanceMs),
  };
}

async function imageAllowance(file: string): Promise<number> {
  const sizeBytes = await stat(file).then(
    (entry) => entry.size,
    () => 0,
  );
  return imageAllowanceMs + sizeBytes * allowanceMsPerByte;
}
