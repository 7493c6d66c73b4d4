import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { recentProjectSchema, type RecentProject } from '#shared/domain/project';
import { readJsonFile, writeJsonFile } from './json-file';

export const MAXIMUM_RECENT_PROJECTS = 12;

const storedSchema = z.array(recentProjectSchema.omit({ exists: true }));
export type RecentEntry = z.infer<typeof storedSchema>[number];

export interface RecentProjects {
  /** newest first, each with whether its folder is there now */
  list(): Promise<RecentProject[]>;
  /** Puts the project first, replacing what was known of its folder. */
  remember(entry: RecentEntry): Promise<void>;
}

/** @param file recent.json of the user's data folder; a missing or damaged file means an empty list */
export async function openRecentProjects(file: string): Promise<RecentProjects> {
  let entries = (await readJsonFile(file, storedSchema)) ?? [];
  let writing: Promise<void> = Promise.resolve();
  return {
    list: () => Promise.all(entries.map(async (entry) => ({ ...entry, exists: await isFolder(entry.folder) }))),
    async remember(entry) {
      entries = [entry, ...entries.filter((known) => known.folder !== entry.folder)].slice(0, MAXIMUM_RECENT_PROJECTS);
      const saved = entries;
      writing = writing.catch(() => undefined).then(() => writeJsonFile(file, saved));
      await writing;
    },
  };
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
