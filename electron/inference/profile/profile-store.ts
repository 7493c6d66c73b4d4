/** The machine's profile in the user's data folder: one small JSON file, shared by the window and the command line. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { machineProfileSchema, type MachineProfile, type ProfileEntry } from '#shared/domain/machine-profile';
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';

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
    await this.#write({
      version: 1,
      machine: this.#machine,
      entries: [...entries.filter(({ modelId }) => modelId !== entry.modelId), whole],
    });
    return this.#file;
  }

  async #read(): Promise<MachineProfile> {
    const empty: MachineProfile = { version: 1, machine: this.#machine, entries: [] };
    const text = await readFile(this.#file, 'utf8').catch(() => null);
    if (text === null) return empty;
    try {
      const profile = machineProfileSchema.parse(JSON.parse(text));
      return profile.machine === this.#machine ? profile : empty;
    } catch {
      return empty;
    }
  }

  async #write(profile: MachineProfile): Promise<void> {
    const temporary = `${this.#file}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(path.dirname(this.#file), { recursive: true });
      await writeFile(temporary, `${JSON.stringify(profile, null, 2)}\n`);
      await rename(temporary, this.#file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
      throw new RailscopeError(full ? 'disk-full' : 'write-failed', `cannot write ${this.#file}`, { path: this.#file }, error);
    }
  }
}

/** Processor and core count: what a CPU setting depends on. */
function machineName(): string {
  return `${cpus()[0]?.model.trim() ?? process.arch} × ${availableParallelism()}`;
}
