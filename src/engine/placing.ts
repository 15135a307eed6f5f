import type { FilePlace } from '../core/ports.ts';
import type { Collect } from './collect.ts';

/**
 * The same, but a job is saved only once its files are also in the place. What was collected before is put as it is:
 * neither the API nor a link is asked for it again. It takes no part in the limit on transfers, so that a place that is
 * away holds up no downloads; it counts as collecting, which holds up submitting when too much waits (`lanes.ts`).
 */
export function placing(collect: Collect, place: FilePlace | undefined, leave: AbortSignal): Collect {
  if (place === undefined) return collect;
  return async (job, step) => {
    const { requestId } = step;
    const before = await place.waiting(job.id, requestId, leave);
    const event = before === null ? await collect(job, step) : null;
    if (event !== null && event.type !== 'saved') return event;
    const { files, costUsd, notes = [] } = event ?? (before as NonNullable<typeof before>);
    const put = await place.put(job.id, requestId, { files, costUsd, notes }, leave);
    return { type: 'saved', files: put, costUsd: costUsd ?? step.costUsd, notes };
  };
}
