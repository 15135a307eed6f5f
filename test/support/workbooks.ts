import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** What the archive says of its size unpacked; left out: the truth. */
  readonly claimedBytes?: number;
  /** As bits of the archive's own flags. */
  readonly flags?: number;
}

/** A zip archive of these parts. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claimedBytes, flags = 0 } of parts) {
    const bytes = Buffer.from(content as string);
    const packed = deflateRawSync(bytes);
    const path = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags | 0x800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claimedBytes ?? bytes.length, 18);
    fields.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, path, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, tail, path]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** A cell: a text, a number, a truth value, nothing, or its own XML within `<c …>`. */
export type SheetCell =
  | string
  | number
  | boolean
  | null
  | { readonly attributes: string; readonly xml: string };

export interface SheetWanted {
  readonly name: string;
  readonly rows: readonly (readonly SheetCell[])[];
  readonly state?: 'hidden' | 'veryHidden';
  /** What stands behind the rows, such as merged cells. */
  readonly behind?: string;
  readonly dimension?: string;
}

export interface BookWanted {
  readonly sheets: readonly SheetWanted[];
  readonly is1904?: boolean;
  /** Codes of number formats; a cell with `s="1"` has the first of them. */
  readonly formats?: readonly string[];
  /** Ids of built-in number formats, behind those. */
  readonly formatIds?: readonly number[];
  /** Further or other parts. */
  readonly parts?: readonly ZipPart[];
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** A workbook as Excel writes it, its texts shared. */
export function workbook(wanted: BookWanted): Buffer {
  return zipOf(workbookParts(wanted));
}

export function workbookParts({
  sheets,
  is1904 = false,
  formats = [],
  formatIds = [],
  parts = [],
}: BookWanted): readonly ZipPart[] {
  const texts: string[] = [];
  const bodies = sheets.map((sheet) => sheetXml(sheet, texts));
  const codes = formats.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${escaped(code)}"/>`);
  const ids = [0, ...formats.map((_, at) => 164 + at), ...formatIds];
  const made: ZipPart[] = [
    { name: '[Content_Types].xml', content: `${xml}<Types/>` },
    {
      name: '_rels/.rels',
      content: `${xml}<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      name: 'xl/workbook.xml',
      content: `${xml}<workbook xmlns="${main}" xmlns:r="${relations}"><workbookPr${is1904 ? ' date1904="1"' : ''}/><sheets>${sheets
        .map(({ name, state }, at) => {
          const hidden = state === undefined ? '' : ` state="${state}"`;
          return `<sheet name="${escaped(name)}" sheetId="${at + 1}"${hidden} r:id="rId${at + 1}"/>`;
        })
        .join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `${xml}<Relationships xmlns="${packageRelations}">${sheets
        .map(
          (_, at) =>
            `<Relationship Id="rId${at + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
        )
        .join(
          '',
        )}<Relationship Id="rIdS" Type="${relations}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rIdF" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    },
    ...bodies.map((content, at) => ({ name: `xl/worksheets/sheet${at + 1}.xml`, content })),
    {
      name: 'xl/sharedStrings.xml',
      content: `${xml}<sst xmlns="${main}">${texts.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    },
    {
      name: 'xl/styles.xml',
      content: `${xml}<styleSheet xmlns="${main}"><numFmts>${codes.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${ids
        .map((id) => `<xf numFmtId="${id}"/>`)
        .join('')}</cellXfs></styleSheet>`,
    },
  ];
  const own = new Set(parts.map(({ name }) => name));
  return [...made.filter(({ name }) => !own.has(name)), ...parts];
}

function sheetXml({ rows, behind = '', dimension }: SheetWanted, texts: string[]): string {
  const body = rows.map((cells, at) => {
    const line = cells.flatMap((cell, column) => cellXml(cell, `${letters(column)}${at + 1}`, texts));
    return `<row r="${at + 1}">${line.join('')}</row>`;
  });
  const size = dimension === undefined ? '' : `<dimension ref="${dimension}"/>`;
  return `${xml}<worksheet xmlns="${main}">${size}<sheetData>${body.join('')}</sheetData>${behind}</worksheet>`;
}

function cellXml(cell: SheetCell, at: string, texts: string[]): readonly string[] {
  if (cell === null) return [];
  if (typeof cell === 'object') return [`<c r="${at}" ${cell.attributes}>${cell.xml}</c>`];
  if (typeof cell === 'number') return [`<c r="${at}"><v>${cell}</v></c>`];
  if (typeof cell === 'boolean') return [`<c r="${at}" t="b"><v>${Number(cell)}</v></c>`];
  texts.push(`<t xml:space="preserve">${escaped(cell)}</t>`);
  return [`<c r="${at}" t="s"><v>${texts.length - 1}</v></c>`];
}

function letters(column: number): string {
  return column < 26
    ? String.fromCharCode(65 + column)
    : letters(Math.floor(column / 26) - 1) + letters(column % 26);
}

/** As Excel writes texts: what XML cannot hold as `_x000D_`. */
export function escaped(text: string): string {
  return text
    .replace(/_x(?=[0-9A-Fa-f]{4}_)/g, '_x005F_x')
    .replace(
      /[\0-\x08\x0b-\x1f\ufffe\uffff]/g,
      (letter) => `_x${letter.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}_`,
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
