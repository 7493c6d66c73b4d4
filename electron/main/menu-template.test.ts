import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { events } from '#shared/ipc/contract';
import { menuTemplate } from './menu-template';

function itemsOf(template: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);
}
const visible = (locale: 'zh-CN' | 'en', development = false): MenuItemConstructorOptions[] =>
  itemsOf(menuTemplate(locale, () => undefined, { development })).filter(({ type }) => type !== 'separator');

describe('menuTemplate', () => {
  it('labels every entry in the chosen language', () => {
    for (const { label } of visible('zh-CN', true)) expect(label).toMatch(/[\u4e00-\u9fff]/);
    for (const { label } of visible('en', true)) expect(label).toMatch(/^[A-Z][\w ]+…?$/);
    expect(visible('en', true)).toHaveLength(visible('zh-CN', true).length);
  });

  it('sends every command of the contract', () => {
    const send = vi.fn();
    for (const { click } of itemsOf(menuTemplate('en', send, { development: false }))) (click as (() => void) | undefined)?.();
    const sent = send.mock.calls.map(([command]: unknown[]) => command);
    expect(new Set(sent)).toEqual(new Set(events['menu.command'].shape.command.options));
  });

  it('takes no key away from the page', () => {
    for (const { accelerator, registerAccelerator } of visible('en')) if (accelerator) expect(registerAccelerator).toBe(false);
  });

  it('shows developer tools to developers only', () => {
    expect(visible('en').some(({ role }) => role === 'toggleDevTools')).toBe(false);
    expect(visible('en', true).some(({ role }) => role === 'toggleDevTools')).toBe(true);
  });
});
