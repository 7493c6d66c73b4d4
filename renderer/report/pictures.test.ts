import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTranslations } from '../i18n';
import { loadPictures } from './pictures';
import { reportModel } from './report-model';
import { sampleDefect, sampleReport } from './testing/sample-report';

beforeAll(() => startTranslations('zh-CN'));
afterEach(() => vi.unstubAllGlobals());

const twoOnOnePicture = () =>
  reportModel(sampleReport({ defects: [sampleDefect(), sampleDefect({ label: 4, box: { x: 900, y: 900, width: 9, height: 9 } })] }));

describe('loadPictures', () => {
  it('asks once for a picture that two pages show', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url);
      return new Response('x', { headers: { 'content-type': 'image/png' } });
    });
    const model = twoOnOnePicture();
    const pictures = await loadPictures(model, model.pages);
    expect(asked).toHaveLength(5);
    expect(new Set(asked).size).toBe(5);
    expect(pictures.missing).toBe(0);
    pictures.dispose();
  });

  it('marks what cannot be loaded and goes on', async () => {
    vi.stubGlobal('fetch', async (url: string) => {
      if (url.includes('/overlay/')) throw new TypeError('gone');
      return new Response('{}', { status: 422 });
    });
    const model = twoOnOnePicture();
    expect((await loadPictures(model, model.pages)).missing).toBe(5);
  });

  it('rejects when it is stopped', async () => {
    vi.stubGlobal('fetch', async () => new Response('x'));
    const model = twoOnOnePicture();
    await expect(loadPictures(model, model.pages, AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
