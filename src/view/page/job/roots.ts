import type { PageJob } from '../../page-data.ts';

/**
 * By job: what its family is called, which is the job that all of it descends from: that one's own name where no
 * other has it, else its id. A parent that the page does not hold is a root, too.
 */
export function rootsOf(jobs: readonly PageJob[]): ReadonlyMap<string, string> {
  const byId = new Map(jobs.map((job) => [job.job, job]));
  const names = new Map<string, number>();
  for (const { name } of jobs) if (name !== null) names.set(name, (names.get(name) ?? 0) + 1);
  const roots = new Map<string, string>();

  for (const { job } of jobs) {
    const path: string[] = [];
    // A hand-edited ledger may hold a circle: what was passed already ends the walk.
    const passed = new Set<string>();
    let at = job;
    while (!roots.has(at) && !passed.has(at)) {
      path.push(at);
      passed.add(at);
      const parent = byId.get(at)?.parent ?? null;
      if (parent === null) break;
      at = parent;
    }
    const root = roots.get(at) ?? at;
    for (const each of path) roots.set(each, root);
  }
  const called = (root: string): string => {
    const name = byId.get(root)?.name ?? null;
    return name !== null && names.get(name) === 1 ? name : root;
  };
  return new Map([...roots].map(([job, root]) => [job, called(root)]));
}
