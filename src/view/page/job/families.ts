import type { PageJob } from '../../page-data.ts';

/** Which jobs are variations of which. Jobs are in the plan's order; a parent that is not on the page counts as none. */
export interface Families {
  parentOf(job: PageJob): PageJob | null;
  /** Other jobs with the same parent. */
  siblingsOf(job: PageJob): readonly PageJob[];
  childrenOf(job: PageJob): readonly PageJob[];
  /** The oldest ancestor, or the job itself. In a cycle, which only a damaged ledger can have, its first job. */
  rootOf(job: PageJob): PageJob;
}

export function families(jobs: readonly PageJob[]): Families {
  const byId = new Map(jobs.map((job) => [job.job, job]));
  const indexes = new Map(jobs.map((job, index) => [job.job, index]));
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
        const cycle = path.slice(path.indexOf(at));
        root = cycle.reduce((first, other) => (indexOf(other) < indexOf(first) ? other : first));
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
  const indexOf = ({ job }: PageJob): number => indexes.get(job) ?? 0;

  return {
    parentOf,
    childrenOf,
    siblingsOf(job) {
      const parent = parentOf(job);
      return parent === null ? [] : childrenOf(parent).filter((other) => other.job !== job.job);
    },
    rootOf,
  };
}

/**
 * The name of each job's family: the root's own name if no other job has it, or else the root's id. A parent that is
 * not on the page counts as a root here, so that its children form a family.
 */
export function familyNames(jobs: readonly PageJob[]): ReadonlyMap<string, string> {
  const { parentOf, rootOf } = families(jobs);
  const counts = new Map<string, number>();
  for (const { name } of jobs) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  const nameOf = (root: PageJob): string => {
    if (root.parent !== null && parentOf(root) === null) return root.parent;
    return root.name !== null && counts.get(root.name) === 1 ? root.name : root.job;
  };
  return new Map(jobs.map((job) => [job.job, nameOf(rootOf(job))]));
}
