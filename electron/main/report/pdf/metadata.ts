/** Who made the document, in the two places where readers look: the information dictionary and XMP. */
import { PDFHexString, PDFString, type PDFContext } from '@cantoo/pdf-lib';
import type { ReportDocument } from '#shared/report/page-api';
import type { PdfWriter } from './pdf-writer';

const PRINTER = 'Chromium Skia/PDF';

/** @returns the number of the information dictionary */
export async function writeInfo(writer: PdfWriter, context: PDFContext, document: ReportDocument, appVersion: string): Promise<number> {
  const created = PDFString.fromDate(new Date(document.createdAtMs));
  const number = writer.allocate();
  const text = (value: string): PDFHexString => PDFHexString.fromText(value);
  await writer.write(
    number,
    context.obj({
      Title: text(document.title),
      Author: text(document.author),
      Subject: text(document.subject),
      Keywords: text(document.keywords.join(', ')),
      Creator: text(creator(appVersion)),
      Producer: text(PRINTER),
      CreationDate: created,
      ModDate: created,
    }),
  );
  return number;
}

/** @returns the number of the metadata stream */
export async function writeXmp(writer: PdfWriter, document: ReportDocument, appVersion: string): Promise<number> {
  const number = writer.allocate();
  await writer.writeCompressed(number, '/Type /Metadata /Subtype /XML', Buffer.from(xmp(document, appVersion), 'utf8'));
  return number;
}

function xmp(document: ReportDocument, appVersion: string): string {
  const created = new Date(document.createdAtMs).toISOString();
  const list = (kind: 'Alt' | 'Seq' | 'Bag', items: string): string => `<rdf:${kind}>${items}</rdf:${kind}>`;
  const anyLanguage = (value: string): string => list('Alt', `<rdf:li xml:lang="x-default">${escapeXml(value)}</rdf:li>`);
  const plain = (value: string): string => `<rdf:li>${escapeXml(value)}</rdf:li>`;
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">',
    `<dc:format>application/pdf</dc:format><dc:title>${anyLanguage(document.title)}</dc:title>`,
    `<dc:creator>${list('Seq', plain(document.author))}</dc:creator>`,
    `<dc:description>${anyLanguage(document.subject)}</dc:description>`,
    `<dc:subject>${list('Bag', document.keywords.map(plain).join(''))}</dc:subject>`,
    `<dc:language>${list('Bag', plain(document.locale))}</dc:language>`,
    `<xmp:CreatorTool>${escapeXml(creator(appVersion))}</xmp:CreatorTool>`,
    `<xmp:CreateDate>${created}</xmp:CreateDate><xmp:ModifyDate>${created}</xmp:ModifyDate>`,
    `<pdf:Producer>${PRINTER}</pdf:Producer><pdf:Keywords>${escapeXml(document.keywords.join(', '))}</pdf:Keywords>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>',
  ].join('\n');
}

function creator(appVersion: string): string {
  return `RailScope ${appVersion}`;
}

/** Control characters, which XML cannot hold at all, are left out. */
function escapeXml(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, '').replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
