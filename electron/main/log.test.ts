import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { LOG_FILE_NAME, openLog } from './log';

let folder: string;

beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'railscope-log-')), 'logs');
});

describe('openLog', () => {
  it('writes level, source and text, and echoes the line', () => {
    const echoed: string[] = [];
    openLog({ folder, maximumBytes: 1000, keep: 2, echo: (line) => echoed.push(line) }).write('error', 'inference', 'ended\n');
    const text = readFileSync(path.join(folder, LOG_FILE_NAME), 'utf8');
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT.*Z error {3}inference: ended\n$/);
    expect(echoed).toEqual([text]);
  });

  it('puts full files aside and keeps only so many', () => {
    const log = openLog({ folder, maximumBytes: 10, keep: 2, echo: null });
    for (const text of ['one', 'two', 'three', 'four']) log.write('info', 'main', text);
    expect(readdirSync(folder).sort()).toEqual([LOG_FILE_NAME, `${LOG_FILE_NAME}.1`, `${LOG_FILE_NAME}.2`]);
    expect(readFileSync(path.join(folder, LOG_FILE_NAME), 'utf8')).toContain('four');
    expect(readFileSync(path.join(folder, `${LOG_FILE_NAME}.2`), 'utf8')).toContain('two');
  });

  it('does not fail its caller when it cannot write', () => {
    const log = openLog({ folder, maximumBytes: 1000, keep: 1, echo: null });
    rmSync(folder, { recursive: true });
    expect(() => log.write('info', 'main', 'lost')).not.toThrow();
  });
});
