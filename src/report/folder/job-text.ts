import { showCount } from '../../core/counts.ts';
import { answerOf, type ManifestError, type ManifestLine } from '../../core/job/manifest.ts';
import { type Recipe, shownInput } from '../../core/job/recipe.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { fieldList } from '../terminal/field-list.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { estimatedText, statusTones } from '../terminal/wording.ts';

const maxAlso = 100;

/** `rcb show`: everything about one job, ending with a line break. */
export function jobText(line: ManifestLine, terminal: Terminal): string {
  const { shown, title, field, group } = fieldList(terminal);
  title(line.job, toned(terminal, statusTones[line.state], line.state));
  field('id', line.id);
  field('model', line.model);
  field('request id', line.request_id);
  field('attempts', String(line.attempts));
  field('reused from', line.reused_from === undefined ? null : line.reused_from.dir);
  field('files on', line.outputs.length === 0 ? null : (line.runner ?? null));
  field('rep', line.rep > 1 ? String(line.rep) : null);
  field('parent', line.parent);
  field('rows', line.rows.join(', '));
  for (const text of alsoTexts(line)) field('also', text);
  field('cost', costText(line));
  field('error', line.error && errorText(line.error));
  for (const note of line.notes) field('note', note);
  group('Input', line.input, line.names);
  group('Axes', line.axes);
  group('Tags', line.tags);

  const times = timeFields(line);
  if (times.length > 0) shown.push('', 'Times');
  for (const [label, text] of times) field(label, text);
  if (line.outputs.length > 0) shown.push('', answerOf(line) === null ? 'Files' : "The server's answer");
  for (const {
    path,
    bytes,
    mime,
    width,
    height,
    sha256,
    original_sha256: original,
    object,
  } of line.outputs) {
    const size = width === null || height === null ? '' : `, ${width} × ${height}`;
    shown.push(`  ${plainText(path)}`);
    field('', `${plainText(mime)}${size}, ${showCount(bytes)} bytes`);
    field('', `sha256 ${sha256}`);
    field('', original === null ? null : `as downloaded: sha256 ${original}`);
    field('', object === undefined ? null : `also ${plainText(object)}`);
  }
  return `${shown.join('\n')}\n`;
}

/** `rcb show FILE` for a file that no manifest knows: the recipe embedded in it. Ends with a line break. */
export function recipeText(recipe: Recipe, terminal: Terminal): string {
  const { shown, title, field, group } = fieldList(terminal);
  title(recipe.job ?? 'made by another program', toned(terminal, 'dim', 'according to the file'));
  field('model', recipe.model);
  field('request id', recipe.request_id);
  field('rep', recipe.rep > 1 ? String(recipe.rep) : null);
  const { input, names } = shownInput(recipe);
  group('Input', input, names);
  return `${shown.join('\n')}\n`;
}

/** `invalid: style "foo" is not allowed (HTTP 422)` */
export function errorText(error: ManifestError): string {
  const seen = [
    ...(error.http === undefined ? [] : [`HTTP ${error.http}`]),
    ...(error.code === undefined ? [] : [`code ${error.code}`]),
  ];
  return `${error.class}: ${error.message}${seen.length === 0 ? '' : ` (${seen.join(', ')})`}`;
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

/** null: there is nothing to say yet. */
function costText({ cost, cost_estimated: isEstimated, state }: ManifestLine): string | null {
  if (cost === null) return state === 'done' ? 'unknown' : null;
  return isEstimated === true ? `about ${showUsd(cost)}${estimatedText(cost, cost)}` : showUsd(cost);
}
