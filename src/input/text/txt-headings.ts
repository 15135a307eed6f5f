import type { TextLine } from './text-lines.ts';
import type { TextList } from './txt-items.ts';

const headings: ReadonlySet<string> = new Set(['prompt', 'prompts', 'text', 'texts', 'caption', 'captions']);

/** The list without the name of its one column, where it begins with that. */
export async function* withoutHeading(
  { notes }: TextList,
  batches: AsyncIterable<readonly TextLine[]>,
): AsyncGenerator<readonly TextLine[]> {
  let isFirst = true;
  for await (const lines of batches) {
    const at = isFirst ? lines.findIndex(({ text }) => text.trim() !== '') : -1;
    const heading = lines[at];
    const word = heading?.text
      .replace(/^\ufeff/, '')
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase();
    const isHeading = word !== undefined && headings.has(word) && lines.length > at + 1;
    if (at !== -1) isFirst = false;
    if (!isHeading || heading === undefined) {
      yield lines;
      continue;
    }
    notes.say(
      'note',
      heading.number,
      'heading',
      `the first line is read as the name of a column, and left out; --literal keeps it.`,
    );
    yield lines.filter((line) => line !== heading);
  }
}

const bullet = /^\s*(?:[-*•]|\d{1,4}[.)])\s+\S/;
const minBullets = 3;

/** Warns where every line begins with a number or a bullet. */
export function warnOfBullets({ notes }: TextList, ahead: readonly TextLine[]): void {
  const lines = ahead.filter(({ text }) => text.trim() !== '' && !text.trimStart().startsWith('#'));
  const [first] = lines;
  if (first === undefined || lines.length < minBullets || !lines.every(({ text }) => bullet.test(text)))
    return;
  const message =
    'every line begins with a number or a bullet, which is sent as a part of the prompt; remove it if it is not meant.';
  notes.say('warning', first.number, 'bullets', message);
}
