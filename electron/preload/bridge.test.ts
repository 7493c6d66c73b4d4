import { describe, expect, it, vi } from 'vitest';
import { createBridge } from './bridge';

function setUp() {
  const port = {
    channels: new Set(['app.info']),
    events: new Set(['notice']),
    invoke: vi.fn(async () => ({ ok: true, value: 1 })),
    subscribe: vi.fn(() => vi.fn()),
    pathForFile: vi.fn(() => '/a'),
  };
  return { port, bridge: createBridge(port) };
}

describe('createBridge', () => {
  it('passes calls and subscriptions of the contract', async () => {
    const { port, bridge } = setUp();
    const listener = vi.fn();
    expect(await bridge.invoke('app.info', undefined)).toEqual({ ok: true, value: 1 });
    bridge.on('notice', listener);
    expect(port.subscribe).toHaveBeenCalledWith('notice', listener);
    expect(bridge.pathForFile({})).toBe('/a');
  });

  it('lets nothing else through', async () => {
    const { port, bridge } = setUp();
    expect(await bridge.invoke('shell.exec' as 'app.info', undefined)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    bridge.on('ELECTRON_BROWSER' as 'notice', vi.fn())();
    expect(port.invoke).not.toHaveBeenCalled();
    expect(port.subscribe).not.toHaveBeenCalled();
  });
});
