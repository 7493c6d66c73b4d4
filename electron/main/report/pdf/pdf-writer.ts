/**
 * Writes the objects of a PDF 1.7 file one after the other, so that memory does not grow with the document: streams
 * go out at once, everything else in compressed object streams. pdf-lib keeps a whole document in memory instead.
 */
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { PDFStream, type PDFObject } from '@cantoo/pdf-lib';

const deflateAsync = promisify(deflate);
const OBJECTS_PER_STREAM = 200;

/** Where the bytes go. */
export interface ByteSink {
  readonly position: number;
  write(bytes: Uint8Array): Promise<void>;
}

export class PdfWriter {
  readonly #sink: ByteSink;
  /** by object number: 0 = not written, positive = offset in the file, negative = place in an object stream (`packedPlace`) */
  readonly #places: number[] = [0];
  #packing: { number: number; bytes: Uint8Array }[] = [];

  private constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  static async start(sink: ByteSink): Promise<PdfWriter> {
    // the second line marks the file as binary for transfer programs
    await sink.write(Buffer.from('%PDF-1.7\n%\xE2\xE3\xCF\xD3\n', 'latin1'));
    return new PdfWriter(sink);
  }

  /** A new object number, to be written later exactly once. */
  allocate(): number {
    return this.#places.push(0) - 1;
  }

  /** All references inside `object` must already be numbers of this file. */
  async write(number: number, object: PDFObject): Promise<void> {
    if (object instanceof PDFStream) return this.#writeDirect(number, objectBytes(object));
    this.#packing.push({ number, bytes: objectBytes(object) });
    if (this.#packing.length >= OBJECTS_PER_STREAM) await this.#flushPacked();
  }

  /** A compressed stream with these dictionary entries, in PDF syntax. */
  async writeCompressed(number: number, entries: string, content: Uint8Array): Promise<void> {
    const packed = await deflateAsync(content);
    await this.#writeDirect(
      number,
      Buffer.concat([
        Buffer.from(`<< ${entries} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`, 'latin1'),
        packed,
        Buffer.from('\nendstream', 'latin1'),
      ]),
    );
  }

  /** Writes the cross-reference table; the file is whole then. */
  async finish(rootNumber: number, infoNumber: number): Promise<void> {
    await this.#flushPacked();
    const tableNumber = this.allocate();
    const offset = this.#sink.position;
    this.#places[tableNumber] = offset;
    const rows = Buffer.alloc(this.#places.length * 8);
    this.#places.forEach((place, number) => writeRow(rows, number * 8, place));
    const id = randomBytes(16).toString('hex');
    const entries = `/Type /XRef /Size ${this.#places.length} /W [1 5 2] /Root ${rootNumber} 0 R /Info ${infoNumber} 0 R /ID [<${id}> <${id}>]`;
    await this.writeCompressed(tableNumber, entries, rows);
    await this.#sink.write(Buffer.from(`startxref\n${offset}\n%%EOF\n`, 'latin1'));
  }

  async #writeDirect(number: number, body: Uint8Array): Promise<void> {
    this.#places[number] = this.#sink.position;
    await this.#sink.write(Buffer.concat([Buffer.from(`${number} 0 obj\n`, 'latin1'), body, Buffer.from('\nendobj\n', 'latin1')]));
  }

  async #flushPacked(): Promise<void> {
    const objects = this.#packing;
    if (objects.length === 0) return;
    this.#packing = [];
    const stream = this.allocate();
    let offset = 0;
    const index: string[] = [];
    objects.forEach(({ number, bytes }, position) => {
      this.#places[number] = packedPlace(stream, position);
      index.push(`${number} ${offset}`);
      offset += bytes.length + 1;
    });
    const head = Buffer.from(`${index.join(' ')}\n`, 'latin1');
    const newline = Buffer.from('\n', 'latin1');
    const content = Buffer.concat([head, ...objects.flatMap(({ bytes }) => [bytes, newline])]);
    await this.writeCompressed(stream, `/Type /ObjStm /N ${objects.length} /First ${head.length}`, content);
  }
}

function objectBytes(object: PDFObject): Uint8Array {
  const bytes = new Uint8Array(object.sizeInBytes());
  object.copyBytesInto(bytes, 0);
  return bytes;
}

function packedPlace(stream: number, index: number): number {
  return -(stream * OBJECTS_PER_STREAM + index);
}

/** One row of the table: type, offset or stream, generation or index; 1 + 5 + 2 bytes. */
function writeRow(rows: Buffer, at: number, place: number): void {
  if (place === 0) {
    rows.writeUInt16BE(0xffff, at + 6);
  } else if (place > 0) {
    rows.writeUInt8(1, at);
    rows.writeUIntBE(place, at + 1, 5);
  } else {
    rows.writeUInt8(2, at);
    rows.writeUIntBE(Math.floor(-place / OBJECTS_PER_STREAM), at + 1, 5);
    rows.writeUInt16BE(-place % OBJECTS_PER_STREAM, at + 6);
  }
}
