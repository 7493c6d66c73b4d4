/** The machine's profile in the user's data folder: one small JSON file, shared by the window and the command line. */
import { availableParallelism, cpus } from 'node:os';
import { machineProfileSchema, type MachineProfile, type ProfileEntry } from '#shared/domain/machine-profile';
import type { ModelManifest } from '#shared/domain/model';
import { asWriteError } from '#shared/errors/write-error';
import { readJsonFile, replaceJsonFile } from '../json-file';

export class ProfileStore {
  readonly #file: string;
  readonly #runtime: string;
  readonly #machine: string;

  /**
   * @param file where it is kept
   * @param runtime version of the inference runtime; what another one measured is not used
   */
  constructor(file: string, runtime: string, machine = machineName()) {
    this.#file = file;
    this.#runtime = runtime;
    this.#machine = machine;
  }

  /** What was measured for weights of this manifest that are still the same; null = nothing. A damaged file counts as none. */
  async best(manifest: Pick<ModelManifest, 'id' | 'weights'>): Promise<ProfileEntry | null> {
    const hashes = new Map(manifest.weights.map(({ precision, sha256 }) => [precision, sha256]));
    const entries = await this.entries();
    return entries.find((entry) => entry.modelId === manifest.id && hashes.get(entry.precision) === entry.modelSha256) ?? null;
  }

  async entries(): Promise<ProfileEntry[]> {
    return (await this.#read()).entries.filter(({ runtime }) => runtime === this.#runtime);
  }

  /** Replaces what was kept for the model. @returns the file. @throws disk-full, write-failed */
  async save(entry: Omit<ProfileEntry, 'runtime' | 'measuredAt'>): Promise<string> {
    const { entries } = await this.#read();
    const whole = { ...entry, runtime: this.#runtime, measuredAt: new Date().toISOString() };
    const profile: MachineProfile = {
      version: 1,
      machine: this.#machine,
      entries: [...entries.filter(({ modelId }) => modelId !== entry.modelId), whole],
    };
    await asWriteError(this.#file, () => replaceJsonFile(this.#file, profile));
    return this.#file;
  }

  async #read(): Promise<MachineProfile> {
    const profile = await readJsonFile(this.#file, machineProfileSchema);
    return profile?.machine === this.#machine ? profile : { version: 1, machine: this.#machine, entries: [] };
  }
}

/** Processor and core count: what a CPU setting depends on. */
function machineName(): string {
  return `${cpus()[0]?.model.trim() ?? process.arch} × ${availableParallelism()}`;
}
