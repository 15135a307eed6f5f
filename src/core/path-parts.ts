import { type NameSource, ofLatest, templateParts } from './name-template.ts';
import { cutBytes, harmless, isPlainPart, safePart, slug, utf8Bytes } from './path-text.ts';

const maxAxesBytes = 60;
const jobBytes = 8;
const maxNumberLength = 8;

/** A piece of a part of a path. `fixed` is never cut; `bytes` is the length that it may reach. */
export interface Segment {
  readonly kind: 'text' | 'value' | 'fixed';
  readonly text: string;
  readonly bytes: number;
}

function segment(kind: Segment['kind'], text: string, bytes = utf8Bytes(text)): Segment {
  return { kind, text, bytes };
}

export function bytesOf(segments: readonly Segment[]): number {
  let sum = 0;
  for (const { bytes } of segments) sum += bytes;
  return sum;
}

/** A placeholder, or a text of the template: the same of every job. */
type Piece =
  | { readonly type: 'placeholder'; readonly name: string }
  | {
      readonly type: 'text';
      readonly whole: Segment;
      readonly beginsApart: boolean;
      /** Without the separator that it begins with. */
      readonly rest: Segment;
    };

export const partsOf = ofLatest((template): readonly (readonly Piece[])[] =>
  templateParts(template).map((part) =>
    part.map((piece, index): Piece => {
      if (index % 2 === 1) return { type: 'placeholder', name: piece };
      const beginsApart = separator.test(piece.slice(0, 1));
      return {
        type: 'text',
        whole: segment('text', harmless(piece)),
        beginsApart,
        rest: segment('text', harmless(piece.slice(1))),
      };
    }),
  ),
);

/** Fills in the placeholders of a part. An empty value removes a separator beside it as well. */
export function segmentsOf(part: readonly Piece[], source: NameSource): Segment[] {
  const segments: Segment[] = [];
  let isAfterNothing = false;
  for (const piece of part) {
    if (piece.type === 'placeholder') {
      const filled = filledBy(piece.name, source);
      isAfterNothing = filled.text === '';
      if (filled.text !== '') segments.push(filled);
      continue;
    }
    const text = isAfterNothing && piece.beginsApart && isApart(segments) ? piece.rest : piece.whole;
    if (text.text !== '') segments.push(text);
  }
  if (isAfterNothing) dropLastSeparator(segments);
  return segments;
}

const separator = /[-_ .+]/;

/** Whether nothing stands before, or a separator. */
function isApart(before: readonly Segment[]): boolean {
  const last = before.at(-1);
  return last === undefined || (last.kind === 'text' && separator.test(last.text.slice(-1)));
}

function dropLastSeparator(segments: Segment[]): void {
  const last = segments.at(-1);
  if (last?.kind !== 'text' || !separator.test(last.text.slice(-1))) return;
  segments.splice(-1, 1, segment('text', last.text.slice(0, -1)));
}

function filledBy(name: string, source: NameSource): Segment {
  switch (name) {
    case 'job':
      return segment('fixed', source.job, jobBytes);
    case 'n':
      return segment('fixed', '{n}', maxNumberLength);
    case 'slug':
      return slugged(source.slug);
    case 'axes':
      return hasAny(source.axes) ? segment('value', axesText(source.axes)) : nothing;
    default:
      return segment(
        'value',
        harmless(Object.hasOwn(source.values, name) ? (source.values[name] as string) : ''),
      );
  }
}

// The jobs of a row have one text, and rows often that of the row before.
const slugged = ofLatest((text): Segment => segment('value', slug(text)));

/** One part of a path, at most `maxBytes` long: values are cut before texts of the template, the longest first. */
export function fitted(segments: readonly Segment[], maxBytes: number): string {
  const limit = maxBytes - 1;
  const pieces = bytesOf(segments) > limit ? shortened(segments, limit) : segments;
  let text = '';
  for (const piece of pieces) text += piece.text;
  if (isPlainPart(text)) return text;
  return safePart(
    text
      .normalize('NFC')
      .replace(/^[\p{M} .]+/u, '')
      .replace(/^-/, '_'),
  );
}

function shortened(segments: readonly Segment[], limit: number): readonly Segment[] {
  const pieces = [...segments];
  for (const [kind, minBytes] of [
    ['value', 8],
    ['text', 0],
    ['value', 0],
  ] as const) {
    for (let over = bytesOf(pieces) - limit; over > 0; over = bytesOf(pieces) - limit) {
      const longest = Math.max(...pieces.map((piece) => (piece.kind === kind ? piece.bytes : 0)));
      if (longest <= minBytes) break;
      const at = pieces.findIndex((piece) => piece.kind === kind && piece.bytes === longest);
      const cut = cutBytes((pieces[at] as Segment).text, Math.max(minBytes, longest - over));
      pieces[at] = segment(kind, cut.replace(/[- ]+$/, ''));
    }
  }
  return pieces;
}

const nothing = segment('value', '');

function hasAny(axes: NameSource['axes']): boolean {
  for (const _ in axes) return true;
  return false;
}

/** `seed1-anime`: number-like values carry the name of their axis, words do not need it. */
function axesText(axes: Readonly<Record<string, string>>): string {
  const words = Object.entries(axes).map(([name, value]) =>
    /^[\p{L}]/u.test(value) ? slug(value, 24) : slug(`${name}${value.replaceAll(':', 'x')}`, 24),
  );
  return cutBytes(words.join('-'), maxAxesBytes).replace(/-+$/, '');
}
