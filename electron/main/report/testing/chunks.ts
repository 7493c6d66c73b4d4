/** Small PDFs in the place of what Chromium prints. */
import { PDFDocument, PDFName, PDFString, StandardFonts, type PDFRef } from '@cantoo/pdf-lib';
import type { ReportDocument } from '#shared/report/page-api';

/** The same in every chunk, as pictures and glyphs are. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAYAAACp8Z5+AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEklEQVQImWM4EcDQgIwZSBcAAGyxGYHYuz0AAAAAAElFTkSuQmCC',
  'base64',
);

/** One page per text; each page shows its text and a picture. */
export async function untaggedChunk(texts: readonly string[]): Promise<Uint8Array> {
  return (await draw(texts)).save({ useObjectStreams: false });
}

/** The same with tags: a document element that holds one paragraph per page. */
export async function taggedChunk(texts: readonly string[]): Promise<Uint8Array> {
  const pdf = await draw(texts);
  const { context } = pdf;
  const root = context.nextRef();
  const document = context.nextRef();
  const paragraphs: PDFRef[] = pdf.getPages().map((page, index) => {
    page.node.set(PDFName.of('StructParents'), context.obj(index));
    const element = { Type: 'StructElem', S: 'P', P: document, Pg: page.ref, K: 0, ID: PDFString.of(`node${index}`) };
    return context.register(context.obj(element));
  });
  context.assign(document, context.obj({ Type: 'StructElem', S: 'Document', P: root, K: paragraphs }));
  const parents = paragraphs.flatMap((paragraph, index) => [context.obj(index), context.register(context.obj([paragraph]))]);
  context.assign(
    root,
    context.obj({ Type: 'StructTreeRoot', K: document, ParentTree: { Nums: parents }, ParentTreeNextKey: texts.length }),
  );
  pdf.catalog.set(PDFName.of('StructTreeRoot'), root);
  pdf.catalog.set(PDFName.of('MarkInfo'), context.obj({ Marked: true }));
  return pdf.save({ useObjectStreams: false });
}

async function draw(texts: readonly string[]): Promise<PDFDocument> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  const image = await pdf.embedPng(picture);
  for (const text of texts) {
    const page = pdf.addPage([595, 842]);
    page.drawText(text, { x: 50, y: 700, size: 20, font });
    page.drawImage(image, { x: 50, y: 500, width: 100, height: 100 });
  }
  return pdf;
}

export function sampleDocument(pageCount: number, change: Partial<ReportDocument> = {}): ReportDocument {
  return {
    pageCount,
    locale: 'zh-CN',
    title: '轨道缺陷检测报告 – 夜间',
    author: '李工',
    subject: '京沪线',
    keywords: ['擦伤', 'R&D <x>'],
    createdAtMs: Date.UTC(2026, 4, 11, 6, 30),
    outline: [
      { title: '封面', page: 0, children: [] },
      {
        title: '缺陷',
        page: 1,
        children: Array.from({ length: pageCount - 1 }, (_, index) => ({ title: `${index + 1} 擦伤`, page: index + 1, children: [] })),
      },
    ],
    ...change,
  };
}

/** Keeps what is written in memory. */
export class MemorySink {
  position = 0;
  readonly #parts: Uint8Array[] = [];

  async write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes);
    this.position += bytes.length;
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}
