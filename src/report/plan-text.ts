import { type Problem, showPlace } from '../core/complaints.ts';
import { canonicalJson, type JsonObject } from '../core/json.ts';
import { type Price, showUsd } from '../core/prices.ts';
import type { StatusCounts } from '../core/tally.ts';
import { columnsOf, plainText, type Terminal, type Tone, toned } from './terminal.ts';
import { cutText, padText, textWidth } from './text-width.ts';
import { countOf, ended, inFlight, showCount } from './wording.ts';

export interface ModelShare {
  readonly model: string;
  /** Jobs of the plan. */
  readonly jobs: number;
  /** Those of them that would be submitted. */
  readonly toSubmit: number;
  readonly price: Price | null;
  /** What the submits would cost at the base price, in dollars; null where that cannot be known. */
  readonly baseUsd: number | null;
}

export interface PlanSample {
  /** Relative to the run folder, with `{_i}` and `{ext}` still open. */
  readonly pathTemplate: string;
  readonly model: string;
  readonly body: JsonObject;
}

/** A plan next to what its folder already holds. */
export interface PlanView {
  /** The inputs as the user wrote them. */
  readonly sources: readonly string[];
  readonly dir: string;
  /** Rows read, before identical ones were joined. */
  readonly rows: number;
  /** Jobs of the plan by state, new ones as `pending`. */
  readonly counts: StatusCounts;
  /** Jobs of the plan that the folder did not have. */
  readonly added: number;
  /** Jobs of the folder that are no longer in the plan. */
  readonly removed: number;
  /** Rows that ask for the same as another row. */
  readonly joined: number;
  readonly models: readonly ModelShare[];
  /** The first jobs that would be submitted. */
  readonly samples: readonly PlanSample[];
  readonly warnings: readonly Problem[];
}

/** What a run would do, ending with a line break; a single line if there is nothing to do. */
export function planText(plan: PlanView, terminal: Terminal): string {
  const { counts } = plan;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const warnings = plan.warnings.length === 0 ? '' : problemsText(plan.warnings, terminal);
  if (counts.pending + inFlight(counts) === 0) return `${warnings}${nothingToDo(plan, total)}\n`;
  const lines = [
    toned(terminal, 'bold', `${countOf(total, 'job')} from ${plainText(plan.sources.join(', '))}`) +
      toned(terminal, 'dim', ` → ${plainText(plan.dir)}`),
    '',
    ...standLines(plan, terminal),
    '',
    ...priceLines(plan, terminal),
    ...sampleLines(plan, terminal),
  ];
  return `${warnings === '' ? '' : `${warnings}\n`}${lines.join('\n')}\n`;
}

function nothingToDo({ counts, dir }: PlanView, total: number): string {
  const rest = [
    ...(ended(counts) > 0 ? [`${showCount(ended(counts))} did not succeed`] : []),
    ...(counts.unknown > 0
      ? [`${showCount(counts.unknown)} ${counts.unknown === 1 ? 'has' : 'have'} an unknown outcome`]
      : []),
  ];
  const folder = plainText(dir);
  if (total === 0) return `Nothing to do: the plan has no jobs.`;
  if (rest.length === 0) {
    return `Nothing to do: ${total === 1 ? 'the one job' : `all ${countOf(total, 'job')}`} of ${folder} ${total === 1 ? 'is' : 'are'} done.`;
  }
  return `Nothing to do: ${showCount(counts.done)} of ${countOf(total, 'job')} of ${folder} are done, ${rest.join(', ')}.`;
}

function standLines(plan: PlanView, terminal: Terminal): string[] {
  const { counts, added } = plan;
  const rows: readonly (readonly [string, number, Tone, string])[] = [
    ['new', added, 'cyan', ''],
    ['pending', counts.pending - added, 'cyan', 'planned before, not yet submitted'],
    ['in flight', inFlight(counts), 'blue', 'at the server already: collected, not sent again'],
    ['done', counts.done, 'green', 'kept'],
    ['failed', ended(counts), 'red', 'left alone, not sent again'],
    ['unknown', counts.unknown, 'yellow', 'held: each may be running and billed'],
    ['removed', plan.removed, 'dim', 'no longer in the input; records and files stay'],
    ['joined', plan.joined, 'dim', `of ${countOf(plan.rows, 'row')} ask for the same as another`],
  ];
  const shown = rows.filter(([, count]) => count > 0);
  const digits = Math.max(...shown.map(([, count]) => showCount(count).length));
  return shown.map(([word, count, tone, remark]) =>
    `  ${word.padEnd(10)}${toned(terminal, tone, showCount(count).padStart(digits))}${toned(terminal, 'dim', remark && `   ${remark}`)}`.trimEnd(),
  );
}

function priceLines({ models }: PlanView, terminal: Terminal): string[] {
  const sent = models.filter(({ toSubmit }) => toSubmit > 0);
  if (sent.length === 0) return ['  Nothing would be submitted.'];
  const names = Math.min(50, Math.max(...sent.map(({ model }) => textWidth(plainText(model)))));
  const digits = Math.max(...sent.map(({ toSubmit }) => showCount(toSubmit).length));
  const lines = sent.map(
    ({ model, toSubmit, price, baseUsd }) =>
      `  ${padText(plainText(model), names)}   ${showCount(toSubmit).padStart(digits)} × ${priceText(price)}${baseUsd === null ? '' : ` = ${showUsd(baseUsd)}`}`,
  );
  const known = sent.filter(({ baseUsd }) => baseUsd !== null);
  const sum = known.reduce((usd, { baseUsd }) => usd + (baseUsd as number), 0);
  const say = (text: string): string => `  ${toned(terminal, 'bold', text)}`;
  if (known.length === 0) return [...lines, say('Price not known')];
  const remark = toned(terminal, 'dim', ' (base prices of the catalogue, not a quote)');
  const total = known.length === sent.length ? `About ${showUsd(sum)}` : `More than ${showUsd(sum)}`;
  return [...lines, `${say(total)}${remark}`];
}

function priceText(price: Price | null): string {
  return price === null ? 'price not known' : `${showUsd(price.usd)} per ${price.unit}`;
}

function sampleLines({ samples }: PlanView, terminal: Terminal): string[] {
  if (samples.length === 0) return [];
  const columns = columnsOf(terminal);
  const lines = ['', samples.length === 1 ? '  The body and its file' : '  The first bodies and their files'];
  for (const { pathTemplate, body } of samples) {
    const file = pathTemplate.replace('{_i}', '').replace('{ext}', '*');
    lines.push(
      cutText(`    ${plainText(canonicalJson(body))}`, columns),
      toned(terminal, 'dim', cutText(`      → ${plainText(file)}`, columns)),
    );
  }
  return lines;
}

// More of one severity than this are summarised by kind.
const mostInFull = 100;

/** Errors first, then warnings, each on its line as `file:line:column message`, and their numbers at the end. */
export function problemsText(problems: readonly Problem[], terminal: Terminal): string {
  const of = (severity: Problem['severity']): readonly Problem[] =>
    problems.filter((problem) => problem.severity === severity);
  const [errors, warnings] = [of('error'), of('warning')];
  const counts = [
    ...(errors.length > 0 ? [countOf(errors.length, 'error')] : []),
    ...(warnings.length > 0 ? [countOf(warnings.length, 'warning')] : []),
  ];
  if (counts.length === 0) return '';
  return `${[
    ...problemLines(errors, terminal),
    ...problemLines(warnings, terminal),
    toned(terminal, errors.length > 0 ? 'red' : 'yellow', counts.join(', ')),
  ].join('\n')}\n`;
}

function problemLines(problems: readonly Problem[], terminal: Terminal): string[] {
  if (problems.length <= mostInFull) return problems.map((problem) => problemLine(problem, terminal));
  return [...Map.groupBy(problems, ({ kind }) => kind)]
    .sort(([, a], [, b]) => b.length - a.length)
    .flatMap(([kind, alike]) => {
      const more = `    and ${showCount(alike.length - 1)} more of this kind (${plainText(kind)})`;
      const first = problemLine(alike[0] as Problem, terminal);
      return alike.length > 1 ? [first, toned(terminal, 'dim', more)] : [first];
    });
}

// The place comes first, where editors and terminals look for it.
function problemLine({ severity, place, message }: Problem, terminal: Terminal): string {
  const where = place === null ? '' : `${toned(terminal, 'bold', plainText(showPlace(place)))} `;
  const word = severity === 'warning' ? `${toned(terminal, 'yellow', 'warning:')} ` : '';
  return `${where}${word}${plainText(message)}`;
}
