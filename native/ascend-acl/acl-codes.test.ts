import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeCode, knownCodes, remedies } from './acl-codes';
import { aclError, AscendError, toAscendError } from './ascend-error';

/** The shared table of the interface; kept by the simulator, which does not import this one. */
interface AbiTable {
  readonly errors: readonly { readonly code: number }[];
}

describe('ACL codes', () => {
  it('have a meaning, a recovery and a remedy in both languages, each code once', () => {
    expect(new Set(knownCodes).size).toBe(knownCodes.length);
    for (const code of knownCodes) {
      const { meaning, remedy } = describeCode(code);
      for (const { en, zh } of [meaning, remedy]) {
        expect(en).not.toBe('');
        expect(zh).toMatch(/[\u4e00-\u9fff]/);
      }
    }
  });

  it('are all those of the shared table', async () => {
    const table = JSON.parse(await readFile(path.join(import.meta.dirname, '../acl-sim/acl-abi.json'), 'utf8')) as AbiTable;
    const listed = table.errors.map(({ code }) => code).filter((code) => code !== 0);
    expect(listed.length).toBeGreaterThan(100);
    expect(listed.filter((code) => !knownCodes.includes(code))).toEqual([]);
  });

  it.each([
    [100002, 'ignore'],
    [100000, 'fix-call'],
    [107003, 'fix-call'],
    [145000, 'fix-call'],
    [207001, 'free-and-retry'],
    [245002, 'free-and-retry'],
    [507046, 'retry'],
    [545601, 'retry'],
    [507015, 'rebuild'],
    [507901, 'rebuild'],
    [507033, 'environment'],
    [100039, 'environment'],
    [145006, 'fix-model'],
    [999999, 'report'],
  ])('%i calls for %s', (code, recovery) => expect(describeCode(code).recovery).toBe(recovery));

  it('become typed errors with everything that is known', () => {
    const error = aclError(507015, 'aclmdlExecuteAsync', 'EZ9999: inner error\n');
    expect(error).toBeInstanceOf(AscendError);
    expect(error).toMatchObject({ kind: 'acl', code: 507015, symbol: 'aclmdlExecuteAsync', recovery: 'rebuild', recoverable: true });
    expect(error.message).toBe('AI core exception (aclmdlExecuteAsync returned 507015): EZ9999: inner error');
    expect(error.remedy).toBe(remedies['device-fault']);
    expect(aclError(145000, 'aclmdlExecute', '').recoverable).toBe(false);
  });

  it('and so does every problem of the addon', () => {
    const problem = (kind: string): Error => Object.assign(new Error('x'), { kind, code: 0, symbol: '', detail: 'why' });
    const kinds = ['timeout', 'unsupported-model', 'host-memory', 'busy', 'dropped', 'closed', 'internal'].map(
      (kind) => toAscendError(problem(kind)).kind,
    );
    expect(kinds).toEqual(['timeout', 'bad-model', 'host-memory', 'busy', 'closed', 'closed', 'internal']);
    expect(toAscendError(new TypeError('odd')).kind).toBe('internal');
    const typed = new AscendError('cancelled', { en: 'a', zh: 'b' });
    expect(toAscendError(typed)).toBe(typed);
  });
});
