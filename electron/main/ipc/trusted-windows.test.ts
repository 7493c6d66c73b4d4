import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isTrustedSender, registerTrustedWindow } from './trusted-windows';

class FakeContents extends EventEmitter {
  constructor(readonly id: number) {
    super();
  }
}

const page = 'railscope://app/index.html';

describe('trusted windows', () => {
  it('answers only the main frame of a registered window', () => {
    registerTrustedWindow(new FakeContents(11));
    expect(isTrustedSender({ webContentsId: 11, isMainFrame: true, url: page })).toBe(true);
    expect(isTrustedSender({ webContentsId: 11, isMainFrame: false, url: page })).toBe(false);
    expect(isTrustedSender({ webContentsId: 12, isMainFrame: true, url: page })).toBe(false);
  });

  it.each(['https://example.org/', 'file:///index.html', 'railscope://app.evil/index.html', 'railscope://apple', 'about:blank', ''])(
    'does not answer the page %s',
    (url) => {
      registerTrustedWindow(new FakeContents(13));
      expect(isTrustedSender({ webContentsId: 13, isMainFrame: true, url })).toBe(false);
    },
  );

  it('forgets a window that was destroyed', () => {
    const contents = new FakeContents(14);
    registerTrustedWindow(contents);
    contents.emit('destroyed');
    expect(isTrustedSender({ webContentsId: 14, isMainFrame: true, url: page })).toBe(false);
  });
});
