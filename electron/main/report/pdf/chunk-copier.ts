/** Carries the objects of one printed chunk into the report, with new numbers; equal streams are written once. */
import { createHash } from 'node:crypto';
import { PDFArray, PDFDict, PDFRawStream, PDFRef, type PDFContext, type PDFName, type PDFObject } from '@cantoo/pdf-lib';
import { ObjectReference } from './object-reference';
import type { PdfWriter } from './pdf-writer';

/** Content hash → object number, kept over all chunks: glyphs, pictures and colour profiles repeat in each. */
export type SharedStreams = Map<string, number>;

export class ChunkCopier {
  readonly #context: PDFContext;
  readonly #writer: PdfWriter;
  readonly #shared: SharedStreams;
  readonly #numbers = new Map<PDFRef, number>();
  readonly #waiting: { number: number; object: PDFObject }[] = [];

  constructor(context: PDFContext, writer: PdfWriter, shared: SharedStreams) {
    this.#context = context;
    this.#writer = writer;
    this.#shared = shared;
  }

  /** Says that `ref` becomes an object that the caller writes. */
  assign(ref: PDFRef, number: number): void {
    this.#numbers.set(ref, number);
  }

  /**
   * Writes a dictionary as object `number`, and all that it refers to.
   * @param replaced entries to put in place of its own; `null` leaves one out
   */
  async writeDict(number: number, source: PDFDict, replaced: ReadonlyMap<PDFName, PDFObject | null>): Promise<void> {
    const target = PDFDict.withContext(this.#context);
    for (const [key, value] of source.entries()) if (!replaced.has(key)) target.set(key, await this.copyValue(value));
    for (const [key, value] of replaced) if (value) target.set(key, value);
    await this.#writer.write(number, target);
    await this.#drain();
  }

  /** The same value with references to the new file; their targets are queued or written. */
  async copyValue(value: PDFObject): Promise<PDFObject> {
    if (value instanceof PDFRef) return new ObjectReference(await this.#numberOf(value));
    if (value instanceof PDFRawStream) return this.#copyStream(value);
    if (value instanceof PDFDict) return this.#copyDict(value);
    if (value instanceof PDFArray) {
      const target = PDFArray.withContext(this.#context);
      for (const item of value.asArray()) target.push(await this.copyValue(item));
      return target;
    }
    return value;
  }

  async #copyStream(source: PDFRawStream): Promise<PDFRawStream> {
    return PDFRawStream.of(await this.#copyDict(source.dict), source.contents);
  }

  async #copyDict(source: PDFDict): Promise<PDFDict> {
    const target = PDFDict.withContext(this.#context);
    for (const [key, value] of source.entries()) target.set(key, await this.copyValue(value));
    return target;
  }

  /** Streams are copied at once, so that equal ones are known by their final bytes; dictionaries may form cycles and wait. */
  async #numberOf(ref: PDFRef): Promise<number> {
    const known = this.#numbers.get(ref);
    if (known !== undefined) return known;
    const object = this.#context.lookup(ref);
    if (object instanceof PDFRawStream) {
      const number = await this.#shareStream(await this.#copyStream(object));
      this.#numbers.set(ref, number);
      return number;
    }
    const number = this.#writer.allocate();
    this.#numbers.set(ref, number);
    if (object) this.#waiting.push({ number, object });
    return number;
  }

  async #shareStream(stream: PDFRawStream): Promise<number> {
    const hash = createHash('sha256').update(stream.dict.toString()).update(stream.contents).digest('base64');
    const known = this.#shared.get(hash);
    if (known !== undefined) return known;
    const number = this.#writer.allocate();
    this.#shared.set(hash, number);
    await this.#writer.write(number, stream);
    return number;
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) {
      await this.#writer.write(next.number, await this.copyValue(next.object));
    }
  }
}
