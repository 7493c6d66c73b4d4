import { describe, expect, it, vi } from 'vitest';
import { createWindowEvents } from './window-events';

describe('createWindowEvents', () => {
  it('delivers payloads that fit the contract', () => {
    const deliver = vi.fn();
    createWindowEvents(deliver, true).send('menu.command', { command: 'undo' });
    expect(deliver).toHaveBeenCalledWith('menu.command', { command: 'undo' });
  });

  it('finds a wrong payload while developing', () => {
    const deliver = vi.fn();
    expect(() => createWindowEvents(deliver, true).send('menu.command', { command: 'explode' as 'undo' })).toThrow();
    expect(deliver).not.toHaveBeenCalled();
  });
});
