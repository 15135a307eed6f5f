// pdfkit rather than @cantoo/pdf-lib: the latter keeps the whole document in memory until it is saved, and pdfkit writes
// each page when the next one begins. Its own reader of PNG files holds each byte as a number, so pictures are handed over
// as PDF has them.
import PDFDocument from 'pdfkit';
import type { SharpModule } from './sharp-module.ts';
import type { SheetText } from './sheet-texts.ts';

/** A sheet as a page of a document. */
export interface PdfPage {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly texts: readonly SheetText[];
  /** The filtered rows of its PNG file, deflated. */
  deflated(): AsyncIterable<Uint8Array>;
  /** Its PNG file. */
  bytes(): AsyncIterable<Uint8Array>;
}

export interface PdfOptions {
  readonly title: string;
  /** Keeps every pixel; otherwise pictures are JPEG. */
  readonly isLossless: boolean;
  /** The file of a font for the texts, which are found and copied, not seen. null: the pages have no text. */
  readonly font: string | null;
  readonly sharp: SharpModule;
}

// 96 pixels an inch, as browsers have it, and the largest page that Acrobat opens.
const pointsPerPixel = 0.75;
const maxPoints = 14_400;
const jpegQuality = 90;

/** The bytes of a PDF file with one page for each sheet; only one page is in memory at a time. */
export async function* pdfStream(
  pages: AsyncIterable<PdfPage>,
  options: PdfOptions,
): AsyncGenerator<Uint8Array> {
  const document = new PDFDocument({
    autoFirstPage: false,
    // It would read its own font from a file that is not there.
    font: null as never,
    info: { Title: options.title, Creator: 'rcb', Producer: 'rcb, pdfkit' },
  });
  if (options.font !== null) document.font(options.font);
  let nth = 0;
  for await (const page of pages) {
    nth += 1;
    const scale = Math.min(pointsPerPixel, maxPoints / Math.max(page.width, page.height));
    const [width, height] = [page.width * scale, page.height * scale];
    document.addPage({ size: [width, height], margin: 0 });
    if (options.font !== null) writeTexts(document, page.texts, scale);
    const picture = await embedded(document, page, `I${nth}`, options);
    document.image(picture as never, 0, 0, { width, height });
    yield* written(document);
  }
  document.end();
  yield* written(document);
}

type Document = InstanceType<typeof PDFDocument>;

function* written(document: Document): Iterable<Uint8Array> {
  for (;;) {
    const piece = document.read() as Uint8Array | null;
    if (piece === null) return;
    yield piece;
  }
}

/** A picture as pdfkit keeps those that it has read. */
async function embedded(document: Document, page: PdfPage, label: string, { isLossless, sharp }: PdfOptions) {
  const { width, height } = page;
  const common = {
    ...{ Type: 'XObject', Subtype: 'Image', Width: width, Height: height },
    ...{ BitsPerComponent: 8, ColorSpace: 'DeviceRGB' },
  };
  const rows = { Predictor: 15, Colors: 3, BitsPerComponent: 8, Columns: width };
  const obj = document.ref(
    isLossless ? { ...common, Filter: 'FlateDecode', DecodeParms: rows } : { ...common, Filter: 'DCTDecode' },
  ) as unknown as { write(piece: Uint8Array): void; end(piece?: Uint8Array): void };
  if (isLossless) {
    for await (const piece of page.deflated()) obj.write(Buffer.from(piece));
    obj.end();
  } else {
    const pieces: Uint8Array[] = [];
    for await (const piece of page.bytes()) pieces.push(piece);
    const jpeg = sharp(Buffer.concat(pieces), { sequentialRead: true });
    obj.end(await jpeg.jpeg({ quality: jpegQuality, chromaSubsampling: '4:4:4' }).toBuffer());
  }
  return { label, width, height, obj };
}

/** Behind the picture, where the texts that it shows are. */
function writeTexts(document: Document, texts: readonly SheetText[], scale: number): void {
  document.save();
  // Neither filled nor stroked.
  document.addContent('3 Tr');
  for (const { text, left, top, px } of texts) {
    const known = knownTo(document, text);
    if (known !== '')
      document.fontSize(px * scale).text(known, left * scale, top * scale, { lineBreak: false });
  }
  document.restore();
}

interface Glyphs {
  hasGlyphForCodePoint(code: number): boolean;
}

/** Without the characters that the font lacks: a search finds the others. */
function knownTo(document: Document, text: string): string {
  const { font } = (document as unknown as { readonly _font: { readonly font: Glyphs } })._font;
  const known = [...text.replace(/\s+/g, ' ')].filter((character) =>
    font.hasGlyphForCodePoint(character.codePointAt(0) as number),
  );
  return known.join('').trim();
}
