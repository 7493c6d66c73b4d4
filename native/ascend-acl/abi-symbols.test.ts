import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface Symbol {
  readonly name: string;
  readonly optional: boolean;
  readonly prototype: string;
}

/** The addon's header was written without this table, so that a mistake in one shows in the other. */
describe('the addon’s header against the shared table', () => {
  const read = (file: string): Promise<string> => readFile(path.join(import.meta.dirname, file), 'utf8');

  it('names known symbols with the same parameters, and requires none that may be absent', async () => {
    const { symbols } = JSON.parse(await read('../acl-sim/acl-abi.json')) as { symbols: readonly Symbol[] };
    const header = (await read('include/acl-abi.hpp')).replace(/\\\n/g, ' ');
    const [, requiredText = '', optionalText = ''] = header.split(/#define ACL_(?:REQUIRED|OPTIONAL)_SYMBOLS\(X\)/);
    const entries = (text: string): { name: string; types: string }[] =>
      [...text.matchAll(/X\(([^,]+), (\w+), \s*\((.*?)\)\)/g)].map(([, result = '', name = '', parameters = '']) => ({
        name,
        types: normal(`${result} ${name}(${parameters})`),
      }));
    const required = entries(requiredText);
    const optional = entries(optionalText);
    expect(required.length).toBeGreaterThan(50);
    expect(optional.length).toBeGreaterThan(10);
    for (const { name, types } of [...required, ...optional]) {
      const known = symbols.find((symbol) => symbol.name === name);
      expect(known, name).toBeDefined();
      expect(types).toBe(normal(known?.prototype ?? ''));
    }
    const mayBeAbsent = new Set(symbols.filter((symbol) => symbol.optional).map(({ name }) => name));
    expect(required.filter(({ name }) => mayBeAbsent.has(name))).toEqual([]);
    expect(optional.filter(({ name }) => !mayBeAbsent.has(name))).toEqual([]);
  });
});

/** A prototype without white space beside stars and brackets. */
function normal(prototype: string): string {
  return prototype
    .replace(/\(void\)/, '()')
    .replace(/\s+/g, ' ')
    .replace(/ ?([*(),]) ?/g, '$1')
    .trim();
}
