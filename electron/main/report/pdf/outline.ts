import { PDFHexString, PDFName, PDFNull, PDFNumber, type PDFContext } from '@cantoo/pdf-lib';
import type { OutlineItem } from '#shared/report/page-api';
import { ObjectReference } from './object-reference';
import type { PdfWriter } from './pdf-writer';

/** Longer branches start folded. */
const OPEN_UP_TO = 40;

/**
 * Writes the bookmarks.
 * @param pages object numbers of the pages
 * @returns the outline's root, or null without bookmarks
 */
export async function writeOutline(
  writer: PdfWriter,
  context: PDFContext,
  items: readonly OutlineItem[],
  pages: readonly number[],
): Promise<ObjectReference | null> {
  if (items.length === 0) return null;
  const root = writer.allocate();
  const branch = await writeBranch(writer, context, items, pages, root);
  await writer.write(root, context.obj({ Type: 'Outlines', First: branch.first, Last: branch.last, Count: branch.visible }));
  return new ObjectReference(root);
}

interface Branch {
  first: ObjectReference;
  last: ObjectReference;
  /** items in sight while the branch is open */
  visible: number;
}

async function writeBranch(
  writer: PdfWriter,
  context: PDFContext,
  items: readonly OutlineItem[],
  pages: readonly number[],
  parent: number,
): Promise<Branch> {
  const numbers = items.map(() => writer.allocate());
  const refAt = (index: number): ObjectReference => new ObjectReference(numbers[index] ?? 0);
  let visible = items.length;
  for (const [index, item] of items.entries()) {
    const page = pages[item.page];
    const entry = context.obj({ Title: PDFHexString.fromText(item.title), Parent: new ObjectReference(parent) });
    if (page !== undefined) entry.set(PDFName.of('Dest'), context.obj([new ObjectReference(page), 'XYZ', PDFNull, PDFNull, PDFNull]));
    if (index > 0) entry.set(PDFName.of('Prev'), refAt(index - 1));
    if (index + 1 < items.length) entry.set(PDFName.of('Next'), refAt(index + 1));
    if (item.children.length > 0) {
      const branch = await writeBranch(writer, context, item.children, pages, numbers[index] ?? 0);
      const isOpen = branch.visible <= OPEN_UP_TO;
      if (isOpen) visible += branch.visible;
      entry.set(PDFName.of('First'), branch.first);
      entry.set(PDFName.of('Last'), branch.last);
      entry.set(PDFName.of('Count'), PDFNumber.of(isOpen ? branch.visible : -branch.visible));
    }
    await writer.write(numbers[index] ?? 0, entry);
  }
  return { first: refAt(0), last: refAt(items.length - 1), visible };
}
