import type { Instant } from '../../core/job/job.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { keyedInput } from '../../core/job/named-inputs.ts';
import { byOutage } from '../../core/job/outage-groups.ts';
import type { StatusCounts } from '../../core/job/tally.ts';
import { estimateOf, type JobGroup } from '../../core/money/estimate.ts';
import type { Estimator, Likely } from '../../core/money/estimator.ts';
import { pricedOf } from '../../core/money/past-figures.ts';
import type { UnknownOverview, UnknownView } from '../../report/folder/unknown-text.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { providerToTell } from '../access/folder-provider.ts';

/**
 * What is in doubt in a folder: `rows` of them as an overview, and each of them in turn to `see`. `estimator`: what they cost.
 */
export function unknownIn(
  dir: string,
  estimator: Estimator,
  rows: number,
  see: ((view: UnknownView) => void) | null,
): { readonly counts: StatusCounts; readonly overview: UnknownOverview } {
  return withReader(dir, (reader) => {
    if (see !== null) for (const view of unknownViews(reader, estimator)) see(view);
    return { counts: reader.holdings().counts, overview: unknownOverview(reader, estimator, rows) };
  });
}

/** The submissions of unknown outcome, each as it is shown; streamed, in the plan's order. */
function* unknownViews(reader: LedgerReader, { likely }: Estimator): Iterable<UnknownView> {
  for (const line of reader.lines({ states: ['unknown'] })) {
    yield viewOf(line, likely({ model: line.model, ...keyedInput(line) }));
  }
}

function viewOf(line: ManifestLine, { usd, source }: Likely): UnknownView {
  return {
    job: line.job,
    id: line.id,
    model: line.model,
    input: line.input,
    axes: line.axes,
    submittedAt: line.submitted_at,
    usd,
    source,
    message: line.error?.message ?? '',
    offered_id: line.error?.offered_id ?? null,
  };
}

const minRows = 3;
const maxGroups = 10;

/**
 * What is in doubt, by outage: `rows` of them in all, as many of one outage as of another. Only what is shown is kept
 * in memory whole.
 */
function unknownOverview(reader: LedgerReader, estimator: Estimator, rows: number): UnknownOverview {
  const all: { readonly job: string; readonly at: Instant | null }[] = [];
  const groups: JobGroup[] = [];
  const models = new Set<string>();
  let offered = 0;
  for (const line of reader.lines({ states: ['unknown'] })) {
    const at = line.submitted_at === null ? null : (Date.parse(line.submitted_at) as Instant);
    all.push({ job: line.job, at });
    groups.push({ model: line.model, input: pricedOf(keyedInput(line).input), jobs: 1 });
    models.add(line.model);
    if (line.error?.offered_id !== undefined) offered += 1;
  }
  const outages = byOutage(all, ({ at }) => at);
  const told = outages.slice(0, maxGroups);
  const rest = outages.slice(maxGroups);
  const each = Math.max(minRows, Math.floor(rows / Math.max(1, told.length)));
  const shown = new Map<string, UnknownView | null>(
    told.flatMap(({ items }) => items.slice(0, each).map(({ job }) => [job, null] as const)),
  );
  for (const view of unknownViews(reader, estimator)) if (shown.has(view.job)) shown.set(view.job, view);
  return {
    stake: estimateOf(groups, estimator),
    groups: told.map(({ from, to, items }) => ({
      from,
      to,
      count: items.length,
      shown: items.slice(0, each).flatMap(({ job }) => shown.get(job) ?? []),
    })),
    hidden: { groups: rest.length, count: rest.reduce((sum, { items }) => sum + items.length, 0) },
    offered,
    models: models.size,
    whereToLook: providerToTell(reader.planRecord()).whereToLook,
  };
}
