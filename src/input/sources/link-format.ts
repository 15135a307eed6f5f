import { formats, type InputFormat } from '../readers.ts';

/** What an answer says of the list in it. */
interface LinkAnswer {
  /** The paths of the link and of where it led. */
  readonly paths: readonly string[];
  /** From Content-Disposition. */
  readonly fileName: string | null;
  readonly contentType: string | null;
  /** The first bytes. */
  readonly head: Uint8Array;
}

const byContentType: Readonly<Record<string, InputFormat>> = {
  'text/csv': 'csv',
  'application/csv': 'csv',
  'text/comma-separated-values': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'jsonl',
  'application/ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'application/jsonlines': 'jsonl',
  'application/x-jsonlines': 'jsonl',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.ms-excel.sheet.macroenabled.12': 'xlsx',
};

/** The format of a list: by its name, else by what the server calls it, else by how it begins; null: unknown. */
export function linkFormat({ paths, fileName, contentType, head }: LinkAnswer): InputFormat | null {
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return 'xlsx';
  for (const name of [...paths, fileName]) {
    const format = name === null ? null : formatOfName(name);
    if (format !== null && format !== 'xlsx') return format;
  }
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return byContentType[type] ?? formatOfText(head, type);
}

function formatOfName(name: string): InputFormat | null {
  const extension = /\.[a-z]+$/i.exec(name.replace(/\.gz$/i, ''))?.[0].toLowerCase();
  const found = Object.entries(formats).find(([, { extensions }]) =>
    (extensions as readonly string[]).includes(extension ?? ''),
  );
  return (found?.[0] as InputFormat | undefined) ?? null;
}

/** Only what cannot be anything else: lines of a text that nobody calls a list may not be prompts. */
function formatOfText(head: Uint8Array, type: string): InputFormat | null {
  const text = Buffer.from(head)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('[')) return 'json';
  if (text.startsWith('{'))
    return type === 'application/json' && !/\}\s*\n\s*\{/.test(text) ? 'json' : 'jsonl';
  const [first = ''] = text.split(/\r?\n/);
  if (first.includes('\t')) return 'tsv';
  const names = first.split(/[,;]/).map((name) => name.replace(/^"|"$/g, '').trim());
  const isHeader = names.every((name) => /^[\p{L}_][\p{L}\p{N}_ -]{0,40}$/u.test(name));
  return isHeader && (names.length > 1 || /^(prompt|text|caption)s?$/i.test(first.trim())) ? 'csv' : null;
}

/** Whether an answer is a page to be looked at and not a list. */
export function isWebPage({ contentType, head }: Pick<LinkAnswer, 'contentType' | 'head'>): boolean {
  const text = Buffer.from(head)
    .toString('latin1', 0, 1024)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  return (
    text.startsWith('<!doctype html') || text.startsWith('<html') || /^text\/html\b/i.test(contentType ?? '')
  );
}

function startsWith(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => head[at] === byte);
}
