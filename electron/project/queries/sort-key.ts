/** Natural order of paths (2 before 10, any case, files of a folder before its sub-folders) as a text that sorts bytewise. */

const FILE = '\u0001';
const FOLDER = '\u0002';
const SMALLEST_NAME_CHARACTER = '\u0003';
const LENGTH_BASE = 0x20;

/** @param relativePath with `/` between the parts */
export function pathSortKey(relativePath: string): string {
  const parts = relativePath.split('/').map(nameKey);
  const file = parts.pop() ?? '';
  return parts.map((part) => FOLDER + part).join('') + FILE + file;
}

/** What a text filter is matched against. */
export function pathSearchKey(path: string): string {
  return path.normalize('NFC').toLocaleLowerCase('en');
}

/** A number is led by its digit count, so that longer numbers sort after shorter ones. */
function nameKey(name: string): string {
  return name
    .normalize('NFC')
    .toLocaleLowerCase('en')
    .replace(/[\u0000-\u0002]/g, SMALLEST_NAME_CHARACTER)
    .replace(/\d+/g, (digits) => {
      const significant = digits.replace(/^0+(?=\d)/, '');
      return `0${String.fromCharCode(LENGTH_BASE + significant.length)}${significant}`;
    });
}
