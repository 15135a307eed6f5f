import { answerOf, type ManifestError, type ManifestLine } from '../../core/job/manifest.ts';
import { canonicalJson } from '../../core/json.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { card } from './card.ts';
import { columnsOf, plainText, type Terminal, toned } from './terminal.ts';
import { cutStart, cutText, padText } from './text-width.ts';
import { showCount, statusTones } from './wording.ts';

const shortId = 8;
const maxStatusWidth = 10;
const gap = '  ';
const maxAlso = 100;

/**
 * `rcb ls`: one line per job, without line breaks. On a terminal, columns cut to its width; elsewhere the same fields
 * uncut and separated by tabs: job, state, id, prompt, file or error.
 */
export function* jobTable(lines: Iterable<ManifestLine>, terminal: Terminal): Iterable<string> {
  if (terminal.stream.isTTY !== true) {
    for (const line of lines) {
      yield [line.job, line.state, line.id ?? '', promptOf(line), fateOf(line)].map(plainText).join('\t');
    }
    return;
  }
  const room = columnsOf(terminal) - shortId - maxStatusWidth - 3 * gap.length;
  const promptColumns = Math.max(0, Math.ceil(room * 0.45));
  const fateColumns = Math.max(0, room - promptColumns);
  for (const line of lines) {
    const named = line.id === null ? promptOf(line) : `${line.id}: ${promptOf(line)}`;
    const prompt = padText(cutText(plainText(named), promptColumns), promptColumns);
    const fate = plainText(fateOf(line));
    const cut = line.error === null ? cutStart(fate, fateColumns) : cutText(fate, fateColumns);
    const state = toned(terminal, statusTones[line.state], line.state.padEnd(maxStatusWidth));
    yield [line.job.slice(0, shortId), state, prompt, cut].join(gap).trimEnd();
  }
}

/** The prompt, or the whole input where the model takes none. */
function promptOf({ input }: ManifestLine): string {
  return typeof input.prompt === 'string' ? input.prompt : canonicalJson(input);
}

function fateOf({ error, outputs }: ManifestLine): string {
  if (error !== null) return errorText(error);
  const more = outputs.length > 1 ? ` and ${outputs.length - 1} more` : '';
  return outputs[0] === undefined ? '' : `${outputs[0].path}${more}`;
}

function errorText(error: ManifestError): string {
  const seen = [
    ...(error.http === undefined ? [] : [`HTTP ${error.http}`]),
    ...(error.code === undefined ? [] : [`code ${error.code}`]),
  ];
  return `${error.class}: ${error.message}${seen.length === 0 ? '' : ` (${seen.join(', ')})`}`;
}

/** `rcb show`: everything about one job, ending with a line break. */
export function jobCard(line: ManifestLine, terminal: Terminal): string {
  const { shown, title, field, group } = card(terminal);
  title(line.job, toned(terminal, statusTones[line.state], line.state));
  field('id', line.id);
  field('model', line.model);
  field('request id', line.request_id);
  field('attempts', String(line.attempts));
  field('rep', line.rep > 1 ? String(line.rep) : null);
  field('parent', line.parent);
  field('rows', line.rows.join(', '));
  for (const text of alsoTexts(line)) field('also', text);
  field('cost', line.cost === null ? (line.state === 'done' ? 'unknown' : null) : showUsd(line.cost));
  field('error', line.error && errorText(line.error));
  for (const note of line.notes) field('note', note);
  group('Input', line.input);
  group('Axes', line.axes);
  group('Tags', line.tags);

  const times = timeFields(line);
  if (times.length > 0) shown.push('', 'Times');
  for (const [label, text] of times) field(label, text);
  if (line.outputs.length > 0) shown.push('', answerOf(line) === null ? 'Files' : "The server's answer");
  for (const { path, bytes, mime, width, height, sha256, original_sha256: original } of line.outputs) {
    const size = width === null || height === null ? '' : `, ${width} × ${height}`;
    shown.push(`  ${plainText(path)}`);
    field('', `${plainText(mime)}${size}, ${showCount(bytes)} bytes`);
    field('', `sha256 ${sha256}`);
    field('', original === null ? null : `as downloaded: sha256 ${original}`);
  }
  return `${shown.join('\n')}\n`;
}

/** The other rows of this job, each with its id and tags. */
function* alsoTexts({ also = [] }: ManifestLine): Iterable<string> {
  for (const { row, id, tags } of also.slice(0, maxAlso)) {
    const named = Object.entries(tags).map(([name, tag]) => `${name} ${tag}`);
    yield `${row}: ${[...(id === null ? [] : [`id ${id}`]), ...named].join(', ') || 'no id and no tags'}`;
  }
  if (also.length > maxAlso) yield `and ${showCount(also.length - maxAlso)} more rows`;
}

function timeFields(line: ManifestLine): readonly (readonly [string, string])[] {
  const steps = [
    ['planned', line.planned_at, null],
    ['submitted', line.submitted_at, null],
    ['started', line.started_at, line.submitted_at],
    ['finished', line.finished_at, line.started_at ?? line.submitted_at],
    ['done', line.done_at, line.finished_at],
  ] as const;
  return steps.flatMap(([label, at, since]) => {
    if (at === null) return [];
    const after = since === null ? '' : `  after ${showDuration(Date.parse(at) - Date.parse(since))}`;
    return [[label, `${at}${after}`] as const];
  });
}
