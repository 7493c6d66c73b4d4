import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import { runCli } from '../run-cli';
import { agreementOf, FakeIo, FakePorts, speedOf } from '../testing/fake-ports';
import { temporaryFolder, writePicture } from '../testing/pictures';

async function setUp(...pictures: string[]) {
  const io = new FakeIo(await temporaryFolder());
  const ports = new FakePorts();
  for (const name of pictures) await writePicture(path.join(io.cwd, 'in', name), [0, 200, 200, 200, 0, 0], 3);
  const run = (...argv: string[]): Promise<number> => runCli(argv, io, ports);
  return { io, ports, run, at: (name: string) => path.join(io.cwd, name) };
}

describe('railscope precision', () => {
  it('passes where all agrees, over pictures spread over the folder', async () => {
    const { io, ports, run } = await setUp('1.png', '2.png', '3.png', '4.png');
    expect(await run('precision', 'in', '--json', '--images', '2', '--precision', 'fp16')).toBe(0);
    expect(io.json()).toMatchObject({
      ...{ passed: true, faults: [], pictures: 2, tiles: 8, candidate: { precision: 'fp16' }, mask: { dice: 1 } },
      tensors: [{ name: 'probability', elements: 200, maxAbs: 1e-5 }],
    });
    expect(ports.running).toBe(0);
  });

  it('fails with exit code 1 and says why, in both languages and on the page', async () => {
    const { io, ports, run, at } = await setUp('1.png');
    ports.compare = (input) => ({ ...agreementOf(input), mask: { bothPx: 0, referencePx: 10, candidatePx: 0 } });
    expect(await run('precision', 'in', '--html', 'out/page.html')).toBe(1);
    expect(io.out).toContain('FAILED: the masks differ');
    expect(await readFile(at('out/page.html'), 'utf8')).toContain('class="bad">FAILED');
    expect(await run('precision', 'in', '--locale', 'zh-CN')).toBe(1);
    expect(io.out).toContain('未通过：掩膜的差异');
  });

  it('goes on after an unreadable picture, and ends with an engine that fails', async () => {
    const { io, ports, run } = await setUp('1.png', '2.png');
    ports.compare = (input) => {
      if (input.path.endsWith('1.png')) throw new RailscopeError('image-corrupt', 'bad', { path: input.path });
      return agreementOf(input);
    };
    expect(await run('precision', 'in', '--json')).toBe(0);
    expect(io.json()).toMatchObject({ pictures: 1, failed: [{ path: '1.png', reason: { code: 'image-corrupt' } }] });
    ports.compare = () => {
      throw new RailscopeError('backend-unavailable', 'no driver', { backend: 'ort-cuda', reason: 'no driver' });
    };
    expect(await run('precision', 'in', '--device', 'cuda')).toBe(3);
    expect(ports.running).toBe(0);
  });
});

describe('railscope bench', () => {
  it('sweeps, chooses the best, keeps it, and writes table and page', async () => {
    const { io, ports, run, at } = await setUp('1.png');
    // larger batches pay until 4
    ports.measure = (input) => {
      const speed = speedOf(input);
      return { ...speed, runsMs: speed.runsMs.map(() => (speed.batch >= 4 ? 5 : 10) * speed.batch) };
    };
    expect(await run('bench', 'in', '--loops', '3', '--csv', 'b.csv', '--html', 'b.html', '--images', '1')).toBe(0);
    expect(ports.profiles).toEqual([expect.objectContaining({ modelId: 'first-model', batch: 4, threads: 2, backend: 'ort-cpu' })]);
    expect(io.out).toContain('Best: cpu fp32, 2T, batch 4, 200 tiles/s, 2.00 times the slowest');
    expect(io.out).toContain('1 image(s), 0 failed, 1 tile(s)');
    const lines = (await readFile(at('b.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toBe('setting,threads,batch,processes,mean_ms,median_ms,std_ms,min_ms,max_ms,p95_ms,tiles_per_second,peak_memory_mib');
    // precision, one thread, batches 2 4 8, two processes
    expect(lines).toHaveLength(1 + 1 + 1 + 3 + 1);
    expect(await readFile(at('b.html'), 'utf8')).toContain('<svg');
    expect(ports.running).toBe(0);
  });

  it('lists a setting that fails and goes on; keeps nothing where asked to', async () => {
    const { io, ports, run } = await setUp('1.png');
    ports.measure = (input) => {
      if (input.wish.batch === 8) throw new RailscopeError('out-of-memory', 'no memory', { reason: 'no memory' });
      return speedOf(input);
    };
    expect(await run('bench', 'in', '--json', '--no-save', '--images', '0', '--loops', '1')).toBe(0);
    expect(io.json()).toMatchObject({ failed: [{ stage: 'batch', setting: { batch: 8 }, error: { code: 'out-of-memory' } }] });
    expect(ports.profiles).toEqual([]);
  });

  it('ends with the reason where nothing could be measured', async () => {
    const { io, ports, run } = await setUp('1.png');
    ports.measure = () => {
      throw new RailscopeError('backend-unavailable', 'no driver', { backend: 'ort-cuda', reason: 'no driver' });
    };
    expect(await run('bench', 'in', '--devices', 'cuda')).toBe(3);
    expect(io.err).toContain('no driver');
    expect(await run('bench', 'in', '--devices', 'gpu')).toBe(2);
    expect(await run('bench', 'in', '--batches', '1,x')).toBe(2);
  });
});
