import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import { runCli } from '../run-cli';
import { FakeIo, FakePorts } from '../testing/fake-ports';
import { temporaryFolder } from '../testing/pictures';

async function start(argv: string[], set: (io: FakeIo, ports: FakePorts) => void = () => undefined) {
  const io = new FakeIo(await temporaryFolder());
  const ports = new FakePorts();
  set(io, ports);
  return { io, ports, code: runCli(['serve', ...argv], io, ports) };
}

describe('railscope serve', () => {
  it('tells what it offers, and on an interrupt stops the server before the process', async () => {
    const { io, ports, code } = await start(['--port', '0', '--model', 'first-model']);
    await vi.waitFor(() => expect(io.out).toBe('serving on http://127.0.0.1:0\n'));
    expect(io.err).toContain('model first-model (aaaaaaaaaaaa), ort-cpu');
    expect(io.err).toContain('model second-model is not offered: weights are missing');
    expect(io.err).not.toContain('unencrypted');
    io.interrupt();
    expect(await code).toBe(0);
    expect(ports.servingStops).toBe(1);
    expect(ports.running).toBe(0);
    expect(ports.served[0]).toMatchObject({ models: ['first-model'], host: '127.0.0.1', token: null, tls: null, version: '9.9.9' });
  });

  it('prints one JSON object for programs', async () => {
    const { io, code } = await start(['--json']);
    await vi.waitFor(() => expect(io.out).not.toBe(''));
    expect(io.json()).toMatchObject({ url: 'http://127.0.0.1:8000', models: [{ id: 'first-model' }] });
    io.interrupt();
    await code;
  });

  it('asks for a token where other computers can reach it', async () => {
    const { io, ports, code } = await start(['--host', '0.0.0.0']);
    expect(await code).toBe(2);
    expect(io.err).toContain('other computers can reach 0.0.0.0');
    expect(ports.served).toEqual([]);
  });

  it('takes the token from the environment, never prints it, and warns about plain HTTP', async () => {
    const { io, ports, code } = await start(['--host', '0.0.0.0'], (terminal) => (terminal.env['RAILSCOPE_TOKEN'] = 'geheim-1234'));
    await vi.waitFor(() => expect(io.out).toContain('token needed'));
    io.interrupt();
    await code;
    expect(ports.served[0]?.token).toBe('geheim-1234');
    expect(io.err).toContain('unencrypted');
    expect(io.out + io.err).not.toContain('geheim');
  });

  it('turns limits from words into units', async () => {
    const { io, ports, code } = await start(['--max-body-mb', '8', '--max-pending', '5', '--timeout', '7']);
    await vi.waitFor(() => expect(ports.served).toHaveLength(1));
    io.interrupt();
    await code;
    expect(ports.served[0]?.limits).toMatchObject({ bodyBytes: 8 << 20, pending: 5, pendingPerClient: 3, requestTimeoutMs: 7000 });
  });

  it('ends with 3 when the server ends by itself or cannot start', async () => {
    const died = await start([], (_, ports) => {
      ports.servingEnded = Promise.resolve('exit code 1');
    });
    expect(await died.code).toBe(3);
    expect(died.io.err).toContain('serving');
    const failure = new RailscopeError('address-unusable', 'taken', { address: '127.0.0.1:8000', reason: 'EADDRINUSE' });
    const refused = await start([], (_, ports) => (ports.openError = failure));
    expect(await refused.code).toBe(3);
    expect(refused.io.err).toContain('cannot listen on 127.0.0.1:8000');
    expect(refused.ports.running).toBe(0);
  });

  it.each([
    [['--device', 'remote'], 'remote'],
    [['--port', '70000'], 'option --port'],
    [['--tls-cert', 'a.pem'], 'belong together'],
    [['--token-file', 'absent'], 'cannot be read'],
  ])('refuses %j', async (argv, message) => {
    const { io, code } = await start(argv);
    expect(await code).toBe(2);
    expect(io.err).toContain(message);
  });
});

describe('the server of --device remote', () => {
  async function devices(argv: string[], token?: { text: string; mode: number }) {
    const io = new FakeIo(await temporaryFolder());
    const ports = new FakePorts();
    if (token) {
      await writeFile(`${io.cwd}/token`, token.text);
      await chmod(`${io.cwd}/token`, token.mode);
    }
    const code = await runCli(['devices', ...argv], io, ports);
    return { code, io, ports };
  }

  it('is passed on with names, certificate and token', async () => {
    const argv = [
      '--server',
      'https://cluster:8443/rail',
      '--protocol',
      'grpc',
      '--server-model',
      'm',
      '--server-version',
      '2',
      '--ca',
      'ca.pem',
    ];
    const { code, io, ports } = await devices([...argv, '--token-file', 'token'], { text: 'abc\n', mode: 0o600 });
    expect(code).toBe(0);
    const server = { url: 'https://cluster:8443/rail', protocol: 'grpc', model: 'm', version: '2', caFile: `${io.cwd}/ca.pem` };
    expect(ports.asked).toEqual([{ remote: { server, token: 'abc' } }]);
  });

  it.each([
    [['--server', 'cluster:8000'], undefined, 'must start with http'],
    [['--server', 'http://me:secret@cluster'], undefined, 'user name'],
    [['--server', 'http://c', '--token-file', 'token'], { text: 'abc', mode: 0o644 }, 'chmod 600'],
    [['--server', 'http://c', '--token-file', 'token'], { text: 'a b', mode: 0o600 }, 'no usable token'],
  ])('is refused: %j', async (argv, token, message) => {
    const { code, io } = await devices(argv, token);
    expect(code).toBe(2);
    expect(io.err).toContain(message);
  });

  it('goes together with the device only', async () => {
    for (const [argv, message] of [
      [['--device', 'remote'], 'needs --server'],
      [['--server', 'http://c'], 'for --device remote only'],
    ] as const) {
      const io = new FakeIo(await temporaryFolder());
      expect(await runCli(['inspect', '.', ...argv], io, new FakePorts())).toBe(2);
      expect(io.err).toContain(message);
    }
  });
});
