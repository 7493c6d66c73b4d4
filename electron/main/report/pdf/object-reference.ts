import { PDFObject } from '@cantoo/pdf-lib';

/** A reference to an object of the file being written. pdf-lib's own `PDFRef` keeps every number it ever saw in memory. */
export class ObjectReference extends PDFObject {
  readonly #text: string;

  constructor(number: number) {
    super();
    this.#text = `${number} 0 R`;
  }

  override toString(): string {
    return this.#text;
  }

  override sizeInBytes(): number {
    return this.#text.length;
  }

  override copyBytesInto(buffer: Uint8Array, offset: number): number {
    buffer.set(Buffer.from(this.#text, 'latin1'), offset);
    return this.#text.length;
  }
}
