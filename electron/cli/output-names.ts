import path from 'node:path';

/**
 * The name of each image's results below the output folder, without `.mask.png` / `.json`: its relative path without
 * extension; images that would share a name keep their extensions.
 * @param relativePaths different from one another, `/` between the parts
 */
export function outputNames(relativePaths: readonly string[]): Map<string, string> {
  const names = new Map(relativePaths.map((file) => [file, withoutExtension(file)]));
  for (;;) {
    const shared = sharedNames(names);
    if (shared.length === 0) return names;
    for (const file of shared) names.set(file, file);
  }
}

/** Those not yet with their extension that share a name with another, upper and lower case taken as the same. */
function sharedNames(names: Map<string, string>): string[] {
  const byName = new Map<string, string[]>();
  for (const [file, name] of names) {
    const key = name.toLowerCase();
    byName.set(key, [...(byName.get(key) ?? []), file]);
  }
  return [...byName.values()].filter((files) => files.length > 1).flatMap((files) => files.filter((file) => names.get(file) !== file));
}

function withoutExtension(file: string): string {
  const { dir, name } = path.posix.parse(file);
  return path.posix.join(dir, name);
}
