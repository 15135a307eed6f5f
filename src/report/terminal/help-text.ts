import { padText, textWidth, wrapText } from './text-width.ts';

/** A term and its meaning, side by side. */
export interface HelpRow {
  readonly term: string;
  readonly meaning: string;
}

export interface HelpSection {
  /** Without its colon. */
  readonly title: string;
  readonly rows: readonly HelpRow[];
  /** Its terms have their own column width. */
  readonly hasOwnWidth?: true;
}

/** A page of help. Lines before and after the sections are printed as they are. */
interface HelpPage {
  readonly head: readonly string[];
  readonly sections: readonly HelpSection[];
  readonly foot: readonly string[];
}

// A term that is wider gets its own line.
const maxTermWidth = 30;
const maxOwnWidth = 60;
const minPageWidth = 50;

/**
 * The page for a terminal of this many columns, ending with a line break. The meanings of all sections start in the same
 * column, except in sections with their own width.
 * yargs could lay it out, but it writes `[string]` on every line, has one width for all and takes longer to load than
 * everything else that help needs.
 */
export function helpText({ head, sections, foot }: HelpPage, columns: number): string {
  const common = widthOf(
    sections.filter(({ hasOwnWidth }) => hasOwnWidth !== true),
    maxTermWidth,
  );
  const lines = [...head];
  for (const section of sections) {
    const terms = section.hasOwnWidth === true ? widthOf([section], maxOwnWidth) : common;
    const room = Math.max(minPageWidth, columns) - terms - 4;
    lines.push(...(lines.length === 0 ? [] : ['']), `${section.title}:`);
    for (const row of section.rows) lines.push(...rowLines(row, terms, room));
  }
  return `${[...lines, ...(foot.length === 0 ? [] : ['', ...foot])].join('\n')}\n`;
}

function widthOf(sections: readonly HelpSection[], widest: number): number {
  const widths = sections.flatMap(({ rows }) => rows.map(({ term }) => textWidth(term)));
  return Math.max(...widths.filter((width) => width <= widest), 10);
}

function rowLines({ term, meaning }: HelpRow, terms: number, room: number): string[] {
  const [first = '', ...others] = wrapText(meaning, room);
  const indent = `${padText('', terms + 2)}  `;
  if (textWidth(term) > terms) return [`  ${term}`, ...[first, ...others].map((line) => `${indent}${line}`)];
  return [`  ${padText(term, terms)}  ${first}`.trimEnd(), ...others.map((line) => `${indent}${line}`)];
}
