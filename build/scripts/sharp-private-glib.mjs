/**
 * Electron on Linux links the system's GLib; sharp's libvips carries and exports its own. With both in one process the
 * dynamic linker mixes them: GLib-GObject-CRITICAL floods, and crashes on newer systems (lovell/sharp #4351, #4522,
 * #4525). This gives sharp's copy names of its own: each symbol `g_x` becomes `h>x` in libvips-cpp.so and in sharp's
 * addon. Both names have the same length and the same GNU hash ('h' = 'g' + 1, '>' = '_' − 33, and the hash multiplies
 * by 33), so that only characters of the string table change and the libraries' hash tables stay right.
 *
 * usage: node sharp-private-glib.mjs [node_modules folder]; does nothing on a library that has its own names already
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FROM = 'g_';
const TO = 'h>';
const SHT_DYNSYM = 11;

/**
 * Gives the GLib symbols of libraries that belong together new names, in memory.
 * @param {Buffer[]} libraries 64-bit little-endian shared libraries; changed in place
 * @returns {number} how many symbols got another name
 */
export function renameGlibSymbols(libraries) {
  const before = libraries.map(dynamicSymbols);
  const names = before.map((symbols) => symbols.map(({ name }) => name));
  let renamed = 0;
  before.forEach((symbols, i) => {
    for (const { at, name } of symbols) {
      if (!name.startsWith(FROM)) continue;
      libraries[i].write(TO, at, 'latin1');
      renamed++;
    }
  });
  // Linkers let a name share the tail of a longer one, which then changes too: no harm while no other library asks for it.
  const after = libraries.map((elf) => dynamicSymbols(elf).map(({ name }) => name));
  names.forEach((list, i) =>
    list.forEach((name, k) => {
      const spoilt = !name.startsWith(FROM) && after[i][k] !== name;
      if (spoilt && names.some((other, j) => j !== i && other.includes(name))) throw new Error(`${name} shares its text with a GLib symbol`);
    }),
  );
  return renamed;
}

/** Renames in every sharp library below a node_modules folder; @returns {string[]} the files that were written */
export function makeSharpGlibPrivate(nodeModules) {
  const scope = path.join(nodeModules, '@img');
  if (process.platform !== 'linux' || !existsSync(scope)) return [];
  const files = readdirSync(scope)
    .filter((name) => /^sharp-(libvips-)?linux/.test(name))
    .map((name) => path.join(scope, name, 'lib'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((file) => /\.node$|\.so(\.|$)/.test(file));
  const libraries = files.map((file) => readFileSync(file));
  if (renameGlibSymbols(libraries) === 0) return [];
  files.forEach((file, i) => {
    writeFileSync(`${file}.new`, libraries[i], { mode: 0o755 });
    renameSync(`${file}.new`, file);
  });
  return files;
}

/** @returns {{at: number, name: string}[]} the names of the dynamic symbols and where their text lies */
function dynamicSymbols(elf) {
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) throw new Error('not a 64-bit little-endian ELF file');
  const sections = Array.from({ length: elf.readUInt16LE(60) }, (_, i) => Number(elf.readBigUInt64LE(40)) + i * elf.readUInt16LE(58));
  const table = sections.find((at) => elf.readUInt32LE(at + 4) === SHT_DYNSYM);
  if (table === undefined) throw new Error('no dynamic symbols');
  const offset = (section) => Number(elf.readBigUInt64LE(section + 24));
  const strings = offset(sections[elf.readUInt32LE(table + 40)]);
  const count = Number(elf.readBigUInt64LE(table + 32)) / 24;
  return Array.from({ length: count }, (_, i) => {
    const at = strings + elf.readUInt32LE(offset(table) + i * 24);
    return { at, name: elf.toString('latin1', at, elf.indexOf(0, at)) };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = makeSharpGlibPrivate(path.resolve(process.argv[2] ?? 'node_modules'));
  process.stdout.write(files.length === 0 ? 'sharp: GLib names are private\n' : `sharp: made GLib names private in\n${files.join('\n')}\n`);
}
