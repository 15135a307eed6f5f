import type { PageJob } from '../page-data.ts';

/** Who was made from whom. Jobs are in the plan's order; a parent that the page does not hold counts as none. */
export interface Families {
  parentOf(job: PageJob): PageJob | null;
  /** Other jobs with the same parent. */
  siblingsOf(job: PageJob): readonly PageJob[];
  childrenOf(job: PageJob): readonly PageJob[];
  /** The oldest forebear, or itself. In a circle, which only a damaged ledger holds, the first of the circle. */
  rootOf(job: PageJob): PageJob;
  /** Jobs that have children and are their own root. */
  roots(): readonly PageJob[];
}

export function families(jobs: readonly PageJob[]): Families {
  const byId = new Map(jobs.map((job) => [job.job, job]));
  const places = new Map(jobs.map((job, place) => [job.job, place]));
  const children = new Map<string, PageJob[]>();
  for (const job of jobs) {
    if (job.parent === null || !byId.has(job.parent)) continue;
    const known = children.get(job.parent);
    if (known === undefined) children.set(job.parent, [job]);
    else known.push(job);
  }

  const parentOf = (job: PageJob): PageJob | null =>
    job.parent === null ? null : (byId.get(job.parent) ?? null);
  const childrenOf = (job: PageJob): readonly PageJob[] => children.get(job.job) ?? [];

  const knownRoots = new Map<string, PageJob>();
  function rootOf(job: PageJob): PageJob {
    const path: PageJob[] = [];
    const onPath = new Set<string>();
    let at = job;
    let root = knownRoots.get(at.job);
    while (root === undefined) {
      if (onPath.has(at.job)) {
        const circle = path.slice(path.indexOf(at));
        root = circle.reduce((first, other) => (placeOf(other) < placeOf(first) ? other : first));
        break;
      }
      path.push(at);
      onPath.add(at.job);
      const parent = parentOf(at);
      if (parent === null) root = at;
      else {
        at = parent;
        root = knownRoots.get(at.job);
      }
    }
    for (const { job: id } of path) knownRoots.set(id, root);
    return root;
  }
  const placeOf = ({ job }: PageJob): number => places.get(job) ?? 0;

  return {
    parentOf,
    childrenOf,
    siblingsOf(job) {
      const parent = parentOf(job);
      return parent === null ? [] : childrenOf(parent).filter((other) => other.job !== job.job);
    },
    rootOf,
    roots: () => jobs.filter((job) => children.has(job.job) && rootOf(job).job === job.job),
  };
}
