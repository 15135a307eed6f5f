import { type ErrorClass, failureRule } from '../../core/job/failures.ts';
import { answerOf } from '../../core/job/manifest.ts';
import type { BoundedOverview, FlatImage } from '../../core/job/overview.ts';
import { type Remedy, remedyOf } from '../../core/job/remedies.ts';
import { endedBadly, type Holdings, type StatusCounts } from '../../core/job/tally.ts';
import { quoted } from '../../core/shell-words.ts';
import { type FailureTally, fewJobs } from '../../store/ledger/queries/failure-counts.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';

const maxRuns = 100;
const maxTallies = 500;
const maxGroups = 20;
const maxFlat = 100;

/**
 * What the folder amounts to at this moment. `holdings`: the reader's, of the same moment; `flats`: what
 * `readFlatImages` knows of the folder.
 */
export function overviewOf(
  reader: LedgerReader,
  { spentUsd, estimatedUsd = 0, unpriced, counts }: Holdings,
  flats: readonly FlatImage[],
): BoundedOverview {
  const reused = reader.reused();
  const failures = reader.failures(maxTallies);
  const same = reader.sameOutputs(maxGroups);
  const flat = reader.flatOutputs(flats, maxFlat);
  return {
    spentUsd,
    ...(estimatedUsd > 0 ? { estimatedUsd } : {}),
    unpriced,
    runs: reader.runs(maxRuns),
    reused: reused.jobs,
    reusedUsd: reused.usd,
    failures: groupsOf(reader, failures.tallies, counts),
    duds: { same: same.groups, flat: flat.listed },
    totals: {
      failedJobs: failures.jobs,
      sameGroups: same.groupCount,
      sameJobs: same.jobCount,
      flat: flat.total,
    },
  };
}

/** What went wrong in the folder so far, and the command that deals with it, most frequent first. */
export function failureGroups(reader: LedgerReader, counts: StatusCounts): BoundedOverview['failures'] {
  return groupsOf(reader, reader.failures(maxTallies).tallies, counts);
}

function groupsOf(
  reader: LedgerReader,
  tallies: readonly FailureTally[],
  counts: StatusCounts,
): BoundedOverview['failures'] {
  return together(tallies)
    .slice(0, maxGroups)
    .map((group) => ({
      class: group.class,
      message: group.message,
      jobs: group.jobs,
      example: group.ids[0] as string,
      next: commandFor(group, reader.dir, endedBadly(counts)),
      remedy: group.remedy,
      ...answerIn(reader, group),
    }));
}

/** The same for programs. */
export function failuresJson(groups: BoundedOverview['failures']) {
  return groups.map(({ class: errorClass, message, jobs, example, remedy, next }) => ({
    ...{ class: errorClass, message, jobs, example, remedy, next },
  }));
}

/** Looked up only where a result can have come to nothing else. */
function answerIn(reader: LedgerReader, { class: errorClass, ids }: Group): { readonly answer?: string } {
  if (errorClass !== 'no_output' && errorClass !== 'refused') return {};
  const [line] = reader.find(ids[0] as string);
  const answer = line === undefined ? null : answerOf(line);
  return answer === null ? {} : { answer: answer.path };
}

interface Group {
  readonly class: ErrorClass;
  readonly message: string;
  readonly remedy: Remedy;
  readonly jobs: number;
  readonly place: number;
  /** Of all jobs where they are few, else at least of the first. */
  readonly ids: readonly string[];
}

/** Joins what reads alike and is dealt with alike, such as failures that only their HTTP status tells apart. */
function together(tallies: readonly FailureTally[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { failure, state, jobs, first, place } of tallies) {
    const remedy = remedyOf(failure.kind, state);
    const { class: errorClass } = failureRule(failure.kind);
    const { message } = failure;
    const key = JSON.stringify([errorClass, message, remedy]);
    const one = { class: errorClass, message, remedy, jobs, place, ids: first };
    const known = groups.get(key);
    groups.set(key, known === undefined ? one : joined(known, one));
  }
  return [...groups.values()].sort((a, b) => b.jobs - a.jobs || a.place - b.place);
}

function joined(a: Group, b: Group): Group {
  const [first, second] = a.place <= b.place ? [a, b] : [b, a];
  return { ...first, jobs: a.jobs + b.jobs, ids: [...first.ids, ...second.ids] };
}

/**
 * The command that deals with a group. A retry names the jobs where they are few; else it is that of the whole folder,
 * which takes along whatever else failed, was cancelled or is lost.
 */
function commandFor({ remedy, jobs, ids }: Group, folder: string, badly: number): string {
  const dir = quoted(folder);
  switch (remedy) {
    case 'retry': {
      const named = jobs <= fewJobs && jobs < badly ? ids : [];
      return ['rcb retry', dir, ...named].join(' ');
    }
    case 'resume':
    case 'renew_token':
    case 'check_account':
    case 'top_up':
    case 'raise_cap':
      return `rcb resume ${dir}`;
    case 'fetch':
    case 'ask_again':
      return `rcb fetch ${dir}`;
    case 'reconcile':
      return `rcb reconcile ${dir}`;
    case 'change_input':
      return `rcb show ${dir} ${ids[0]}`;
  }
}
