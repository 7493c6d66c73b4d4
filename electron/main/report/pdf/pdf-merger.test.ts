import { PDFDocument, PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from '#shared/report/page-api';
import { MemorySink, sampleDocument, taggedChunk, untaggedChunk } from '../testing/chunks';
import { PdfMerger } from './pdf-merger';

async function merge(chunks: Uint8Array[], pagesOf: number[], document: ReportDocument): Promise<Uint8Array> {
  const sink = new MemorySink();
  const merger = await PdfMerger.start(sink);
  for (const [index, chunk] of chunks.entries()) await merger.append(chunk, pagesOf[index] ?? 0);
  await merger.finish(document, '1.2.3');
  return sink.bytes();
}

// pdf.js takes the bytes away
const open = (bytes: Uint8Array): Promise<PDFDocumentProxy> => getDocument({ data: bytes.slice(), verbosity: 0 }).promise;

async function textOf(pdf: PDFDocumentProxy, pageNumber: number): Promise<string> {
  const { items } = await (await pdf.getPage(pageNumber)).getTextContent();
  return items.map((item) => ('str' in item ? item.str : '')).join('');
}

/** pdf.js leaves the nested items untyped. */
interface Bookmark {
  title: string;
  dest: { num: number; gen: number }[];
  count?: number;
  items: Bookmark[];
}
const bookmarksOf = async (pdf: PDFDocumentProxy): Promise<Bookmark[]> => (await pdf.getOutline()) as unknown as Bookmark[];

describe('PdfMerger', () => {
  const threePages = async (tagged: boolean): Promise<Uint8Array> => {
    const make = tagged ? taggedChunk : untaggedChunk;
    return merge([await make(['one', 'two']), await make(['three'])], [2, 1], sampleDocument(3));
  };

  it('keeps all pages in order, with their text and size', async () => {
    const pdf = await open(await threePages(false));
    expect(pdf.numPages).toBe(3);
    expect([await textOf(pdf, 1), await textOf(pdf, 2), await textOf(pdf, 3)]).toEqual(['one', 'two', 'three']);
    expect((await pdf.getPage(3)).view).toEqual([0, 0, 595, 842]);
  });

  it('writes title, author, language and dates in both places', async () => {
    const pdf = await open(await threePages(false));
    const { info, metadata } = await pdf.getMetadata();
    expect(info).toMatchObject({
      Title: '轨道缺陷检测报告 – 夜间',
      Author: '李工',
      Subject: '京沪线',
      Keywords: '擦伤, R&D <x>',
      Creator: 'RailScope 1.2.3',
      Language: 'zh-CN',
    });
    expect((info as { CreationDate: string }).CreationDate).toContain('20260511');
    expect(metadata.get('dc:title')).toBe('轨道缺陷检测报告 – 夜间');
    expect(metadata.get('dc:creator')).toEqual(['李工']);
  });

  it('writes bookmarks that lead to their pages', async () => {
    const pdf = await open(await threePages(false));
    const outline = await bookmarksOf(pdf);
    expect(outline.map((item) => item.title)).toEqual(['封面', '缺陷']);
    const [first, second] = outline[1]?.items ?? [];
    expect([first?.title, second?.title]).toEqual(['1 擦伤', '2 擦伤']);
    const target = second?.dest[0];
    expect(target && (await pdf.getPageIndex(target))).toBe(2);
  });

  it('folds a long branch of bookmarks', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `p${index}`);
    const pdf = await open(await merge([await untaggedChunk(texts)], [60], sampleDocument(60)));
    const outline = await bookmarksOf(pdf);
    expect(outline[1]?.items).toHaveLength(59);
    expect(outline[1]?.count).toBe(-59);
  });

  it('stores what repeats in all chunks once', async () => {
    const pdf = await PDFDocument.load(await threePages(false));
    const images = pdf.context.enumerateIndirectObjects().filter(([, object]) => {
      return object instanceof PDFRawStream && object.dict.get(PDFName.of('Subtype')) === PDFName.of('Image');
    });
    // the picture and its transparency
    expect(images.length).toBeLessThanOrEqual(2);
  });

  it('joins the tags of the chunks', async () => {
    const pdf = await open(await threePages(true));
    expect(await pdf.getMarkInfo()).toMatchObject({ Marked: true });
    for (const number of [1, 2, 3]) {
      const tree = await (await pdf.getPage(number)).getStructTree();
      expect(JSON.stringify(tree)).toContain('"role":"P"');
    }
  });

  it('is untagged where the chunks are', async () => {
    const pdf = await open(await threePages(false));
    expect(await (await pdf.getPage(1)).getStructTree()).toBeNull();
  });

  it('refuses a chunk in which a page overflowed', async () => {
    const merger = await PdfMerger.start(new MemorySink());
    await expect(merger.append(await untaggedChunk(['a', 'b']), 1)).rejects.toMatchObject({ code: 'report-failed' });
  });

  it('takes a report without bookmarks', async () => {
    const pdf = await open(await merge([await untaggedChunk(['a'])], [1], sampleDocument(1, { outline: [] })));
    expect(await pdf.getOutline()).toBeNull();
  });

  it('gives a file that pdf-lib reads too', async () => {
    const pdf = await PDFDocument.load(await threePages(true));
    expect(pdf.getPageCount()).toBe(3);
    expect(pdf.getTitle()).toBe('轨道缺陷检测报告 – 夜间');
  });
});
