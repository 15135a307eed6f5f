import type { ManifestLine } from '../../core/job/manifest.ts';
import { promptText } from '../../core/job/named-inputs.ts';
import { canonicalJson, type JsonValue } from '../../core/json.ts';

import { columnsOf, plainText, type Terminal, type Tone, toned } from '../terminal/terminal.ts';
import { cutStart, cutText, padText, textWidth } from '../terminal/text-width.ts';
import { statusTones } from '../terminal/wording.ts';
import { errorText } from './job-text.ts';

const shortId = 8;
const gap = '  ';

/** Columns are as wide as this many jobs need, so that the first lines of a million come at once. */
const measuredJobs = 200;
const maxKeyWidth = 20;
/** What the prompt has at least, before columns of axes are left out. */
const minPromptWidth = 16;

/**
 * `rcb ls`: one line per job, without line breaks. On a terminal, a table with a head that fits its width; `keys` are
 * the axes that tell jobs apart. Elsewhere uncut and separated by tabs: job, state, id, prompt, file or error, axes.
 */
export function* jobTable(
  lines: Iterable<ManifestLine>,
  terminal: Terminal,
  keys: readonly string[],
): Iterable<string> {
  if (terminal.stream.isTTY !== true) {
    for (const line of lines) yield cellsOf(line).map(plainText).join('\t');
    return;
  }
  const first: ManifestLine[] = [];
  let layout: readonly Column[] | null = null;
  for (const line of lines) {
    if (layout !== null) {
      yield rowText(line, layout, terminal);
      continue;
    }
    first.push(line);
    if (first.length < measuredJobs) continue;
    layout = columnsFor(first, keys, columnsOf(terminal));
    yield* beginning(first, layout, terminal);
  }
  if (layout === null && first.length > 0) {
    yield* beginning(first, columnsFor(first, keys, columnsOf(terminal)), terminal);
  }
}

function cellsOf(line: ManifestLine): readonly string[] {
  const axes = Object.entries(pointOf(line)).map(([key, value]) => `${key}=${valueText(value)}`);
  return [line.job, line.state, line.id ?? '', promptOf(line), fateOf(line), axes.join(' ')];
}

interface Column {
  readonly head: string;
  readonly width: number;
  readonly text: (line: ManifestLine) => string;
  readonly cut: (text: string, line: ManifestLine, width: number) => string;
  readonly tone?: (line: ManifestLine) => Tone;
}

function columnsFor(jobs: readonly ManifestLine[], keys: readonly string[], columns: number): Column[] {
  const column = (head: string, text: Column['text'], max: number, more: Partial<Column> = {}): Column => {
    const widest = Math.max(
      textWidth(plainText(head)),
      ...jobs.map((job) => textWidth(plainText(text(job)))),
    );
    return {
      head,
      text,
      width: Math.min(max, widest),
      cut: (found, _, width) => cutText(found, width),
      ...more,
    };
  };
  const fixed = [
    column('job', ({ job }) => job.slice(0, shortId), shortId),
    column('state', ({ state }) => state, 10, { tone: ({ state }) => statusTones[state] }),
  ];
  const points = keysOf(jobs, keys).map((key) =>
    column(key, (line) => valueText(pointOf(line)[key] ?? null), maxKeyWidth),
  );
  const used = (all: readonly Column[]): number =>
    all.reduce((sum, { width }) => sum + width + gap.length, 0);
  while (points.length > 0 && columns - used(fixed) - used(points) < 2 * minPromptWidth + gap.length)
    points.pop();
  const room = Math.max(0, columns - used(fixed) - used(points) - gap.length);
  const prompt = column('prompt', namedPromptOf, room);
  const fate = column('file', fateOf, room, {
    cut: (text, { error }, width) => (error === null ? cutStart(text, width) : cutText(text, width)),
  });
  // What the one does not need is the other's.
  const promptWidth = Math.min(prompt.width, Math.max(Math.ceil(room * 0.5), room - fate.width));
  return [
    ...[...fixed, ...points],
    { ...prompt, width: promptWidth },
    { ...fate, width: Math.max(0, Math.min(fate.width, room - promptWidth)) },
  ];
}

function* beginning(
  jobs: readonly ManifestLine[],
  layout: readonly Column[],
  terminal: Terminal,
): Iterable<string> {
  const head = layout.map(({ head, width }) => padText(cutText(plainText(head), width), width));
  yield toned(terminal, 'dim', head.join(gap).trimEnd());
  for (const line of jobs) yield rowText(line, layout, terminal);
}

function rowText(line: ManifestLine, layout: readonly Column[], terminal: Terminal): string {
  const cells = layout.map(({ text, cut, width, tone }) =>
    toned(terminal, tone?.(line), padText(cut(plainText(text(line)), line, width), width)),
  );
  return cells.join(gap).trimEnd();
}

/** Where a job stands among the others. */
function pointOf({ axes, rep }: ManifestLine): Readonly<Record<string, JsonValue>> {
  return rep > 1 ? { ...axes, rep } : axes;
}

function keysOf(jobs: readonly ManifestLine[], axes: readonly string[]): readonly string[] {
  return jobs.some(({ rep }) => rep > 1) && !axes.includes('rep') ? [...axes, 'rep'] : axes;
}

function valueText(value: JsonValue): string {
  return value === null ? '' : typeof value === 'string' ? value : canonicalJson(value);
}

function namedPromptOf(line: ManifestLine): string {
  return line.id === null ? promptOf(line) : `${line.id}: ${promptOf(line)}`;
}

/** The prompt, or the whole input where it has no text. */
function promptOf({ input }: ManifestLine): string {
  return promptText(input) ?? canonicalJson(input);
}

function fateOf({ error, outputs }: ManifestLine): string {
  if (error !== null) return errorText(error);
  const more = outputs.length > 1 ? ` and ${outputs.length - 1} more` : '';
  return outputs[0] === undefined ? '' : `${outputs[0].path}${more}`;
}
