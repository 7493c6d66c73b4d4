import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEntries } from '../testing/built-entries';
import { writeAnswer } from './answer';
import { mayRunAsNode } from './run-as-node';
import { runProbe } from './run-probe';

describe('runProbe', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-probe-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function probe(source: string, timeoutMs = 20_000) {
    const program = path.join(folder, 'fake.mjs');
    await writeFile(program, source);
    return runProbe(['x', 'y'], { program, timeoutMs });
  }
  const good = { available: true, device: 'Some GPU', reason: null };

  it('finds the answer among what a driver prints', async () => {
    const talk = `console.log('driver says hello'); process.stdout.write(${JSON.stringify(writeAnswer(good))}); console.log('bye')`;
    expect(await probe(talk)).toEqual(good);
  });

  it('passes the arguments', async () => {
    const echo = `console.log('@railscope-probe ' + JSON.stringify({ available: false, device: '', reason: process.argv.slice(2).join() }))`;
    expect((await probe(echo)).reason).toBe('x,y');
  });

  it('adds what libraries print to a refusal', async () => {
    const refusal = `console.error('\\u001b[31mlibcudnn.so.9: cannot open\\u001b[m'); process.stdout.write(${JSON.stringify(writeAnswer({ available: false, device: '', reason: 'failed to load' }))})`;
    expect((await probe(refusal)).reason).toBe('failed to load: libcudnn.so.9: cannot open');
  });

  it('turns a crash into a reason', async () => {
    const crash = `process.stderr.write('cuInit failed\\n', () => process.kill(process.pid, 'SIGSEGV')); setInterval(() => {}, 100)`;
    expect(await probe(crash)).toEqual({ available: false, device: '', reason: 'the probe crashed (SIGSEGV): cuInit failed' });
  });

  it('ends one that hangs', async () => {
    const startMs = performance.now();
    expect((await probe('while (true) {}', 700)).reason).toBe('the probe did not end within 0.7 s');
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it('believes no rubbish', async () => {
    expect((await probe(`console.log('available: yes')`)).reason).toBe('the probe gave no answer');
    expect((await probe(`console.log('@railscope-probe {"available":"yes"}')`)).reason).toBe('the probe gave no answer');
    expect((await probe(`process.stdout.write('x'.repeat(1e7))`)).reason).toBe('the probe gave no answer');
  });

  it('believes no answer before a failure', async () => {
    const late = `process.stdout.write(${JSON.stringify(writeAnswer(good))}, () => process.exit(3))`;
    expect(await probe(late)).toMatchObject({ available: false, reason: 'the probe ended with exit code 3' });
    expect((await probe('this is no program')).reason).toContain('exit code 1: ');
  });

  it('says that its program is missing', async () => {
    expect((await runProbe(['x'], { program: path.join(folder, 'absent.mjs') })).reason).toContain('the probe program is missing');
  });

  it('computes with ONNX Runtime in the built program', async () => {
    const program = fileURLToPath((await buildEntries(folder)).probe);
    expect(await runProbe(['ort', 'cpu', '0'], { program })).toEqual({ available: true, device: '', reason: null });
    expect(await runProbe(['nothing'], { program })).toMatchObject({ available: false, reason: 'there is no probe "nothing"' });
    // a machine with a GPU and the provider may have it; then there is no reason
    const cuda = await runProbe(['ort', 'cuda', '0'], { program });
    expect(cuda.available).toBe(cuda.reason === null);
  });
});

describe('mayRunAsNode', () => {
  it('reads the fuse, and says no where it finds none', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'railscope-fuse-'));
    const write = async (fuses: string, padding: number): Promise<boolean> => {
      const file = path.join(folder, 'electron');
      const wire = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, fuses.length]), Buffer.from(fuses)]);
      await writeFile(file, Buffer.concat([Buffer.alloc(padding, 7), wire, Buffer.alloc(1000)]));
      return mayRunAsNode(file);
    };
    expect(await write('1011', 10)).toBe(true);
    expect(await write('0111', 10)).toBe(false);
    // across two chunks
    expect(await write('1011', (8 << 20) - 20)).toBe(true);
    expect(await mayRunAsNode(import.meta.filename)).toBe(false);
    expect(await mayRunAsNode(path.join(folder, 'absent'))).toBe(false);
    await rm(folder, { recursive: true });
  });
});
