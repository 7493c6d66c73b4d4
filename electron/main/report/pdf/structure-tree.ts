/** Joins the structure trees (tags for screen readers and text extraction) of the chunks under one document element. */
import { PDFArray, PDFDict, PDFName, PDFNumber, PDFRef, type PDFContext, type PDFObject } from '@cantoo/pdf-lib';
import type { ChunkCopier } from './chunk-copier';
import { ObjectReference } from './object-reference';
import type { PdfWriter } from './pdf-writer';

const name = (text: string): PDFName => PDFName.of(text);

export class StructureTree {
  readonly #writer: PdfWriter;
  readonly #rootNumber: number;
  readonly #documentNumber: number;
  readonly #parts: ObjectReference[] = [];
  readonly #parents: { key: number; value: PDFObject }[] = [];

  constructor(writer: PdfWriter) {
    this.#writer = writer;
    this.#rootNumber = writer.allocate();
    this.#documentNumber = writer.allocate();
  }

  /**
   * @param catalog of the chunk
   * @param copier that has been told the new numbers of the chunk's pages
   * @param firstKey the key in the common parent tree that stands for key 0 of the chunk
   */
  async append(context: PDFContext, catalog: PDFDict, copier: ChunkCopier, firstKey: number): Promise<void> {
    const root = catalog.lookup(name('StructTreeRoot'));
    const documentRef = root instanceof PDFDict ? root.get(name('K')) : undefined;
    if (!(root instanceof PDFDict) || !(documentRef instanceof PDFRef)) return;
    dropIdentifiers(context);
    const part = context.lookup(documentRef, PDFDict);
    const partNumber = this.#writer.allocate();
    copier.assign(documentRef, partNumber);
    this.#parts.push(new ObjectReference(partNumber));
    await copier.writeDict(
      partNumber,
      part,
      new Map<PDFName, PDFObject>([
        [name('S'), name('Part')],
        [name('P'), new ObjectReference(this.#documentNumber)],
      ]),
    );
    const parentTree = root.lookup(name('ParentTree'));
    const entries = parentTree instanceof PDFDict ? parentTree.lookup(name('Nums')) : undefined;
    if (!(entries instanceof PDFArray)) return;
    for (let i = 0; i + 1 < entries.size(); i += 2) {
      const value = entries.lookup(i + 1);
      if (value)
        this.#parents.push({ key: firstKey + entries.lookup(i, PDFNumber).asNumber(), value: await this.#writeParents(copier, value) });
    }
  }

  async #writeParents(copier: ChunkCopier, parents: PDFObject): Promise<ObjectReference> {
    const number = this.#writer.allocate();
    await this.#writer.write(number, await copier.copyValue(parents));
    return new ObjectReference(number);
  }

  /** @returns the tree's root, or null where no chunk was tagged */
  async finish(context: PDFContext, language: PDFObject): Promise<ObjectReference | null> {
    if (this.#parts.length === 0) return null;
    const root = new ObjectReference(this.#rootNumber);
    const numbers = this.#parents.sort((a, b) => a.key - b.key).flatMap(({ key, value }) => [PDFNumber.of(key), value]);
    await this.#writer.write(
      this.#documentNumber,
      context.obj({ Type: 'StructElem', S: 'Document', Lang: language, P: root, K: this.#parts }),
    );
    await this.#writer.write(
      this.#rootNumber,
      context.obj({
        Type: 'StructTreeRoot',
        K: new ObjectReference(this.#documentNumber),
        ParentTree: { Nums: numbers },
        ParentTreeNextKey: (this.#parents.at(-1)?.key ?? -1) + 1,
      }),
    );
    return root;
  }
}

/** Every chunk counts its elements from 1, so identifiers would collide; nothing but the dropped index uses them. */
function dropIdentifiers(context: PDFContext): void {
  for (const [, object] of context.enumerateIndirectObjects()) {
    if (object instanceof PDFDict && object.get(name('Type')) === name('StructElem')) object.delete(name('ID'));
  }
}
