import { countOf, showCount } from '../../core/counts.ts';
import type { Instant } from '../../core/job/job.ts';
import { promptName, promptText } from '../../core/job/named-inputs.ts';
import type { OutageGroup } from '../../core/job/outage-groups.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import type { Likely } from '../../core/money/estimator.ts';
import { quoted } from '../../core/shell-words.ts';
import { costText } from '../plan/estimate-text.ts';
import { valueText } from '../terminal/json-wording.ts';
import { columnsOf, plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { cutText, padText, textWidth } from '../terminal/text-width.ts';
import { clockText, dayText } from '../terminal/wording.ts';

/** A submission that got no usable answer: it may or may not have been accepted. */
export interface UnknownView {
  readonly job: string;
  readonly id: string | null;
  readonly model: string;
  readonly input: JsonObject;
  readonly axes: Readonly<Record<string, JsonValue>>;
  /** ISO 8601; null: unknown. */
  readonly submittedAt: string | null;
  /** Likely cost in dollars, the base price, else what such jobs have cost; null: unknown. */
  readonly usd: number | null;
  readonly source: Likely['source'];
  readonly message: string;
  /** The id in an answer that could not be used otherwise. */
  readonly offered_id: string | null;
}

/** Unclear submissions of one outage, some of which are shown. */
interface UnknownGroup extends Omit<OutageGroup<UnknownView>, 'items'> {
  readonly count: number;
  readonly shown: readonly UnknownView[];
}

/** All unclear submissions of a folder. */
export interface UnknownOverview {
  readonly stake: Estimate;
  readonly groups: readonly UnknownGroup[];
  /** Groups left out, and how many submissions they hold. */
  readonly hidden: { readonly groups: number; readonly count: number };
  /** How many have an id from the server. */
  readonly offered: number;
  readonly models: number;
  /** Such as `the requests page of your account`. */
  readonly whereToLook: string;
}

const shortId = 8;
const gap = '  ';
/** Where there is no terminal. */
const maxRowWidth = 160;

/** `rcb reconcile`: what is unknown, what it may cost, where to check, and how to resolve it. Ends with a line break. */
export function unknownText(overview: UnknownOverview, dir: string, terminal: Terminal): string {
  const { stake, groups, hidden, offered, models } = overview;
  if (stake.jobs === 0) return 'Nothing to reconcile: no submission is unclear.\n';
  const folder = plainText(dir);
  const lines = [
    toned(terminal, 'bold', `${countOf(stake.jobs, 'unclear submission')}: each may be running and billed.`),
    `Possible cost: ${costText(stake)}.`,
    `The API cannot look them up. Check ${overview.whereToLook}.`,
    ...groups.flatMap((group) => groupLines(group, folder, models > 1, terminal)),
  ];
  if (hidden.groups > 0) {
    lines.push(
      '',
      `… and ${countOf(hidden.count, 'submission')} of ${countOf(hidden.groups, 'later outage')}`,
    );
  }
  lines.push(
    '',
    'Resolve one, several separated by commas, or all:',
    ...commandLines([
      ['found', `rcb reconcile ${folder} --adopt JOB=REQUEST_ID`, ''],
      ...(offered === 0
        ? []
        : ([
            ['id from the server', `rcb reconcile ${folder} --adopt all`, countOf(offered, 'row')],
          ] as const)),
      ['not found', `rcb reconcile ${folder} --resubmit JOB`, 'or all; charged twice if it was accepted'],
      ['give up', `rcb reconcile ${folder} --write-off JOB`, 'or all'],
    ]),
  );
  return `${lines.join('\n')}\n`;
}

function commandLines(rows: readonly (readonly [string, string, string])[]): string[] {
  const widest = (column: 0 | 1): number => Math.max(...rows.map((row) => textWidth(row[column])));
  return rows.map(([when, command, note]) =>
    `${gap}${padText(when, widest(0))}${gap}${padText(command, widest(1))}${note === '' ? '' : `${gap}(${note})`}`.trimEnd(),
  );
}

function groupLines(group: UnknownGroup, folder: string, namesModel: boolean, terminal: Terminal): string[] {
  const { count, shown } = group;
  const reasons = new Set(shown.map(({ message }) => message));
  const [reason = ''] = reasons;
  const titleColumns = Math.max(0, ...shown.map((view) => textWidth(titleOf(view))));
  const wording = { folder, namesModel, showsReason: reasons.size > 1, titleColumns };
  return [
    '',
    `${toned(terminal, 'bold', timesText(group))}${gap}${countOf(count, 'submission')}`,
    ...(reasons.size === 1 && reason !== '' ? [`${gap}${toned(terminal, 'dim', plainText(reason))}`] : []),
    ...shown.flatMap((view) => viewLines(view, wording, terminal)),
    ...(shown.length < count
      ? [`${gap}… and ${showCount(count - shown.length)} more (rcb ls ${folder} --state unknown)`]
      : []),
  ];
}

/** `2026-03-09 23:05 to 23:17`, in local time. */
function timesText({ from, to }: UnknownGroup): string {
  if (from === null || to === null) return 'Time unknown';
  const [first, last] = [dayText(from), dayText(to)];
  if (first === last) return first;
  const day = first.indexOf(' ') + 1;
  return `${first} to ${last.slice(0, day) === first.slice(0, day) ? last.slice(day) : last}`;
}

interface RowWording {
  readonly folder: string;
  readonly namesModel: boolean;
  /** The rows of the group have different reasons. */
  readonly showsReason: boolean;
  /** The widest title in the group. */
  readonly titleColumns: number;
}

function viewLines(view: UnknownView, wording: RowWording, terminal: Terminal): string[] {
  const { folder, namesModel, showsReason } = wording;
  const columns = Math.min(columnsOf(terminal), maxRowWidth);
  const job = terminal.stream.isTTY === true ? view.job.slice(0, shortId) : view.job;
  const at = view.submittedAt === null ? '–' : clockText(Date.parse(view.submittedAt) as Instant);
  const head = `${gap}${padText(at, 8)}${gap}${job}${gap}`;
  const model = namesModel ? `${gap}${plainText(view.model)}` : '';
  const room = Math.max(10, columns - textWidth(head) - textWidth(model));
  const titleColumns = Math.min(wording.titleColumns, Math.ceil(room * 0.6));
  const title = padText(cutText(titleOf(view), titleColumns), titleColumns);
  const row = cutText(`${title}${gap}${plainText(valuesOf(view))}`, room).trimEnd();
  return [
    cutText(`${head}${row}${model}`, columns),
    ...(showsReason ? [`${gap}${gap}${toned(terminal, 'dim', plainText(view.message))}`] : []),
    ...(view.offered_id === null ? [] : offerLines(view.offered_id, job, folder)),
  ];
}

function titleOf({ id, input }: UnknownView): string {
  const named = promptText(input) ?? '';
  return plainText(id === null ? named : `${id}: ${named}`);
}

/** What distinguishes it from others: its values on the axes, then its other inputs. */
function valuesOf({ axes, input }: UnknownView): string {
  return Object.entries({ ...axes, ...input })
    .filter(([key]) => key !== promptName(input))
    .map(([key, value]) => `${key}=${valueText(value, 60)}`)
    .join(gap);
}

// On its own line and uncut, so that it can be pasted.
function offerLines(id: string, job: string, folder: string): string[] {
  return [
    `${gap}${gap}the server returned the id ${plainText(id)}:`,
    `${gap}${gap}${gap}rcb reconcile ${folder} --adopt ${plainText(quoted(`${job}=${id}`))}`,
  ];
}
