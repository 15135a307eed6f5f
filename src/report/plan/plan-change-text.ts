import { showCount } from '../../core/counts.ts';
import type { JobStatus } from '../../core/job/job.ts';
import type { JsonValue } from '../../core/json.ts';
import { changeText } from '../terminal/json-wording.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';

/** A job that is new because a row was edited. */
export interface PlanChangeView {
  readonly job: string;
  /** The user's own name for the row. */
  readonly name: string | null;
  /** `cats.csv:12`; null: it comes from the command line. */
  readonly row: string | null;
  /** The job that it replaces. */
  readonly was: string;
  readonly wasState: JobStatus;
  /** null: not given. */
  readonly inputs: readonly { readonly name: string; readonly from: JsonValue; readonly to: JsonValue }[];
  readonly model?: { readonly from: string; readonly to: string };
  readonly rep?: { readonly from: number; readonly to: number };
}

/** What happens to the job that it replaces. */
const fates = {
  pending: 'the old one was never submitted',
  submitting: 'the old one is in flight and will be collected',
  queued: 'the old one is in flight and will be collected',
  running: 'the old one is in flight and will be collected',
  succeeded: 'the old one is in flight and will be collected',
  done: 'the old one stays done',
  failed: 'the old one stays failed',
  cancelled: 'the old one stays cancelled',
  lost: 'the old one stays lost',
  unknown: 'the old one stays on hold: it may have been billed',
} as const satisfies Record<JobStatus, string>;

const maxShown = 10;
const maxInputs = 4;
const maxSideWidth = 60;

/** `cats.csv:12 (cat-1): prompt "a cat" → "a dog"; a new job, the old one stays done`, the first ten and a count. */
export function changeLines(
  changes: readonly PlanChangeView[],
  changed: number,
  terminal: Terminal,
): readonly string[] {
  if (changes.length === 0) return [];
  const lines = changes.slice(0, maxShown).map((change) => {
    const fate = toned(terminal, 'dim', `; a new job, ${fates[change.wasState]}`);
    return `    ${toned(terminal, 'bold', subject(change))}: ${differences(change)}${fate}`;
  });
  const more = changed - lines.length;
  return [
    '',
    changed === 1
      ? '  One row was edited'
      : `  ${showCount(changed)} jobs are new because their rows were edited`,
    ...lines,
    ...(more > 0 ? [toned(terminal, 'dim', `    and ${showCount(more)} more`)] : []),
  ];
}

function subject({ row, name, job }: PlanChangeView): string {
  if (row === null) return plainText(name ?? job);
  return name === null ? plainText(row) : `${plainText(row)} (${plainText(name)})`;
}

function differences({ inputs, model, rep }: PlanChangeView): string {
  const shown = [
    ...(model === undefined ? [] : [`model ${plainText(model.from)} → ${plainText(model.to)}`]),
    ...inputs
      .slice(0, maxInputs)
      .map(({ name, from, to }) => `${plainText(name)} ${changeText(from, to, maxSideWidth)}`),
    ...(inputs.length > maxInputs ? [`${inputs.length - maxInputs} more inputs`] : []),
    ...(rep === undefined ? [] : [`repetition ${rep.from} → ${rep.to}`]),
  ];
  return shown.length === 0 ? 'edited' : shown.join(', ');
}
