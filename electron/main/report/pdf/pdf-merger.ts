/** Joins printed chunks to one PDF with bookmarks, metadata, language and tags, chunk by chunk. */
import { PDFDocument, PDFName, PDFNumber, PDFString, type PDFObject, type PDFPage } from '@cantoo/pdf-lib';
import type { ReportDocument } from '#shared/report/page-api';
import { RailscopeError } from '#shared/errors/railscope-error';
import { ChunkCopier, type SharedStreams } from './chunk-copier';
import { writeInfo, writeXmp } from './metadata';
import { ObjectReference } from './object-reference';
import { writeOutline } from './outline';
import { PdfWriter, type ByteSink } from './pdf-writer';
import { StructureTree } from './structure-tree';

/** Objects that pdf-lib parses before it lets other work run. */
const OBJECTS_PER_TICK = 1000;
const inheritable = ['Resources', 'MediaBox', 'CropBox', 'Rotate'].map((key) => PDFName.of(key));

export class PdfMerger {
  readonly #writer: PdfWriter;
  readonly #rootNumber: number;
  readonly #structure: StructureTree;
  readonly #shared: SharedStreams = new Map();
  readonly #pages: number[] = [];
  readonly #branches: { number: number; pages: number[] }[] = [];

  private constructor(writer: PdfWriter) {
    this.#writer = writer;
    this.#rootNumber = writer.allocate();
    this.#structure = new StructureTree(writer);
  }

  static async start(sink: ByteSink): Promise<PdfMerger> {
    return new PdfMerger(await PdfWriter.start(sink));
  }

  /**
   * @param chunk a PDF as Chromium prints it
   * @throws report-failed when it does not hold `expectedPages`: a page overflowed, and every later number would be wrong
   */
  async append(chunk: Uint8Array, expectedPages: number): Promise<void> {
    const source = await PDFDocument.load(chunk, { updateMetadata: false, parseSpeed: OBJECTS_PER_TICK });
    const pages = source.getPages();
    if (pages.length !== expectedPages) {
      throw new RailscopeError('report-failed', `printing gave ${pages.length} pages instead of ${expectedPages}`, {});
    }
    const copier = new ChunkCopier(source.context, this.#writer, this.#shared);
    const firstKey = this.#pages.length;
    const branch = this.#writer.allocate();
    const numbers = pages.map((page) => {
      const number = this.#writer.allocate();
      copier.assign(page.ref, number);
      return number;
    });
    for (const [index, page] of pages.entries()) {
      await copier.writeDict(numbers[index] ?? 0, page.node, await pageEntries(page, copier, branch, firstKey));
    }
    await this.#structure.append(source.context, source.catalog, copier, firstKey);
    this.#pages.push(...numbers);
    this.#branches.push({ number: branch, pages: numbers });
  }

  /** Writes what belongs to the whole document. */
  async finish(document: ReportDocument, appVersion: string): Promise<void> {
    const { context } = await PDFDocument.create({ updateMetadata: false });
    const tree = this.#writer.allocate();
    const refs = (numbers: readonly number[]): ObjectReference[] => numbers.map((number) => new ObjectReference(number));
    for (const { number, pages } of this.#branches) {
      await this.#writer.write(
        number,
        context.obj({ Type: 'Pages', Parent: new ObjectReference(tree), Count: pages.length, Kids: refs(pages) }),
      );
    }
    const kids = refs(this.#branches.map((branch) => branch.number));
    await this.#writer.write(tree, context.obj({ Type: 'Pages', Count: this.#pages.length, Kids: kids }));
    const language = PDFString.of(document.locale);
    const outline = await writeOutline(this.#writer, context, document.outline, this.#pages);
    const structure = await this.#structure.finish(context, language);
    const catalog = context.obj({
      Type: 'Catalog',
      Pages: new ObjectReference(tree),
      Lang: language,
      PageMode: outline ? 'UseOutlines' : 'UseNone',
      PageLabels: { Nums: [0, { S: 'D' }] },
      ViewerPreferences: { DisplayDocTitle: true },
      Metadata: new ObjectReference(await writeXmp(this.#writer, document, appVersion)),
    });
    if (outline) catalog.set(PDFName.of('Outlines'), outline);
    if (structure) {
      catalog.set(PDFName.of('StructTreeRoot'), structure);
      catalog.set(PDFName.of('MarkInfo'), context.obj({ Marked: true }));
    }
    await this.#writer.write(this.#rootNumber, catalog);
    await this.#writer.finish(this.#rootNumber, await writeInfo(this.#writer, context, document, appVersion));
  }
}

/** What changes in a page: its place in the tree, its key among the tags, and what it inherited. */
async function pageEntries(page: PDFPage, copier: ChunkCopier, branch: number, firstKey: number): Promise<Map<PDFName, PDFObject>> {
  const entries = new Map<PDFName, PDFObject>([[PDFName.of('Parent'), new ObjectReference(branch)]]);
  const key = page.node.lookup(PDFName.of('StructParents'));
  if (key instanceof PDFNumber) entries.set(PDFName.of('StructParents'), PDFNumber.of(firstKey + key.asNumber()));
  for (const attribute of inheritable) {
    if (page.node.has(attribute)) continue;
    const inherited = page.node.getInheritableAttribute(attribute);
    if (inherited) entries.set(attribute, await copier.copyValue(inherited));
  }
  return entries;
}
