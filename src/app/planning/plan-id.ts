import { createHash } from 'node:crypto';
import { UserError } from '../../core/complaints.ts';
import { countOf } from '../../core/counts.ts';
import { endedBadly } from '../../core/job/tally.ts';
import type { Provider } from '../../core/provider.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { inFlight } from '../../report/terminal/wording.ts';
import type { Identifies } from './plan-session.ts';

/** The API that a plan is for. `address`: null for a simulator of our own. */
interface PlanPlace {
  readonly provider: Pick<Provider, 'name'>;
  readonly address: string | null;
  readonly identifies?: Identifies | undefined;
}

/**
 * The same plan with its id, where one is wanted. Throws `UserError` (`usage`), which says what has changed, where it is
 * not the expected one.
 */
export function identified(
  view: PlanView,
  from: { idsToSubmit(resendsUnknown: boolean): Iterable<string> },
  { provider, address, identifies }: PlanPlace,
): PlanView {
  if (identifies === undefined) return view;
  const models = view.models.flatMap(({ model, toSubmit }) => (toSubmit > 0 ? [model] : []));
  const ids = from.idsToSubmit(identifies.resendsUnknown);
  const planId = planIdOf({ ids, models, provider: provider.name, address });
  const { expected } = identifies;
  if (expected !== null && expected !== planId) throw otherPlan(expected, planId, view);
  return { ...view, planId };
}

/** What a plan would submit, and to which API. */
interface Submitted {
  /** The ids of the jobs to submit, in ascending order. */
  readonly ids: Iterable<string>;
  readonly models: readonly string[];
  readonly provider: string;
  /** The address of the API; null: a simulator of our own. */
  readonly address: string | null;
}

// How many hex digits each part has, in this order.
const parts = { jobs: 8, place: 4, models: 4, ids: 16 } as const;

/** As long as a line of ids that is hashed in one go. */
const idsAtOnce = 4_096;

/**
 * 32 hex digits that are the same for the same jobs at the same API, whatever their order and the caps of the run: the
 * number of jobs, and hashes of the API, of the models and of the ids. Takes constant memory.
 */
export function planIdOf({ ids, models, provider, address }: Submitted): string {
  const all = createHash('sha256');
  let [jobs, waiting, line] = [0, 0, ''];
  for (const id of ids) {
    line += `${id}\n`;
    jobs += 1;
    waiting += 1;
    if (waiting < idsAtOnce) continue;
    all.update(line);
    [waiting, line] = [0, ''];
  }
  const hash = (what: readonly unknown[]): string =>
    createHash('sha256').update(JSON.stringify(what)).digest('hex');
  return [
    jobs.toString(16).padStart(parts.jobs, '0'),
    hash([provider, address]).slice(0, parts.place),
    hash(models.toSorted()).slice(0, parts.models),
    all.update(line).digest('hex').slice(0, parts.ids),
  ].join('');
}

/** Throws `UserError` (`usage`) where this is not an id of a plan. */
export function expectedPlan(given: string): string {
  if (/^[0-9a-f]{32}$/i.test(given)) return given.toLowerCase();
  throw new UserError(
    'usage',
    `--expect "${given}" is not a plan id.`,
    'Give the plan_id that rcb plan --json prints.',
  );
}

function otherPlan(expected: string, planId: string, view: PlanView): UserError {
  return new UserError(
    'usage',
    `The plan is not the expected one: ${difference(partsOf(expected), partsOf(planId), view)}. Nothing was submitted.`,
    'Look at it with rcb plan --json, and give its plan_id to --expect.',
  );
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(id: string) {
  const cut = (from: number, length: number): string => id.slice(from, from + length);
  const { jobs, place, models, ids } = parts;
  return {
    jobs: Number.parseInt(cut(0, jobs), 16),
    place: cut(jobs, place),
    models: cut(jobs + place, models),
    ids: cut(jobs + place + models, ids),
  };
}

function difference(was: Parts, is: Parts, view: PlanView): string {
  const { counts, changed } = view;
  const gone = [
    ...(counts.done > 0 ? [`${countOf(counts.done, 'job is', 'jobs are')} done`] : []),
    ...(inFlight(counts) > 0 ? [`${countOf(inFlight(counts), 'job is', 'jobs are')} in flight`] : []),
    ...(endedBadly(counts) > 0 ? [`${countOf(endedBadly(counts), 'job')} did not succeed`] : []),
    ...(counts.unknown > 0 ? [`${countOf(counts.unknown, 'submission is', 'submissions are')} unclear`] : []),
  ];
  const edited = changed > 0 ? [`${countOf(changed, 'job is', 'jobs are')} new because of edited rows`] : [];
  if (was.jobs !== is.jobs) {
    const why = [...edited, ...(is.jobs < was.jobs ? gone : [])];
    return `it was to submit ${countOf(was.jobs, 'job')}, and now submits ${countOf(is.jobs, 'job')}${why.length === 0 ? '' : ` (${why.join(', ')})`}`;
  }
  const differing = [
    ...(was.place === is.place ? [] : ['it goes to another API']),
    ...(was.models === is.models ? [] : ['it has other models']),
  ];
  if (differing.length > 0) return differing.join(', and ');
  const why = edited.length === 0 ? 'rows or values were edited' : edited.join(', ');
  return `it submits as many jobs as before, but others (${why})`;
}
