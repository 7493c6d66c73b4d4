import { describe, expect, it } from 'vitest';
import { errorCodes, type ErrorInfo } from './codes';
import { errorText } from './error-text';
import { errorTexts as english } from './texts.en';
import { errorTexts as chinese } from './texts.zh-CN';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();
const info = (code: ErrorInfo['code'], details: ErrorInfo['details'] = {}, message = ''): ErrorInfo => ({ code, message, details });

describe('error texts', () => {
  it.each(errorCodes)('%s has a title and a remedy in both languages with the same placeholders', (code) => {
    for (const field of ['title', 'remedy'] as const) {
      expect(chinese[code][field]).toMatch(/[\u4e00-\u9fff]/);
      expect(english[code][field]).toMatch(/^[A-Z]/);
      expect(english[code][field]).not.toMatch(/[\u4e00-\u9fff]/);
      expect(placeholders(chinese[code][field])).toEqual(placeholders(english[code][field]));
    }
  });

  it('names no code that does not exist', () => {
    expect(Object.keys(chinese).sort()).toEqual([...errorCodes].sort());
    expect(Object.keys(english).sort()).toEqual([...errorCodes].sort());
  });
});

describe('errorText', () => {
  it('names the file in both languages', () => {
    expect(errorText('zh-CN', info('image-truncated', { path: '/a/图.jpg' })).title).toBe('图片不完整，文件在中途截断：/a/图.jpg');
    expect(errorText('en', info('image-truncated', { path: '/a/b.jpg' })).title).toBe(
      'Image is incomplete, the file ends too early: /a/b.jpg',
    );
  });

  it('inserts text that looks like a replacement pattern as it is', () => {
    expect(errorText('en', info('image-missing', { path: '/$&/{{path}}.jpg' })).title).toBe('Image not found: /$&/{{path}}.jpg');
  });

  it('leaves no dangling colon where a fact is missing', () => {
    expect(errorText('en', info('disk-full')).title).toBe('Disk is full');
    expect(errorText('zh-CN', info('disk-full')).title).toBe('磁盘空间不足');
    expect(errorText('en', info('internal')).remedy).toMatch(/support\.$/);
    expect(errorText('zh-CN', info('internal')).remedy).toMatch(/技术支持。$/);
    expect(errorText('en', info('model-missing', { path: 'x' })).remedy).not.toContain('“');
  });

  it('uses the technical message where no reason is given', () => {
    expect(errorText('en', info('backend-unavailable', { backend: 'ort-cuda' }, 'no driver')).remedy).toMatch(/Reason: no driver$/);
    expect(errorText('en', info('backend-unavailable', { backend: 'ort-cuda', reason: 'too old' }, 'no driver')).remedy).toMatch(
      /Reason: too old$/,
    );
  });
});
