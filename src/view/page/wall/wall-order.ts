import type { PageJob } from '../../page-data.ts';
import type { KeyColumn } from '../filters/key-column.ts';
import type { ViewState } from '../state/app.ts';

/** Jobs, by index, under a heading; null: no heading. */
export interface WallGroup {
  readonly heading: string | null;
  readonly jobs: readonly number[];
}

/** `newest` puts the jobs that ended last first; jobs that have not ended follow in the plan's order. */
export function wallGroups(
  indexes: readonly number[],
  jobs: readonly PageJob[],
  order: ViewState['wallOrder'],
  prompts: KeyColumn | null,
): readonly WallGroup[] {
  switch (order) {
    case 'plan':
      return [{ heading: null, jobs: indexes }];
    case 'newest': {
      const ended = (index: number): number => {
        const job = jobs[index] as PageJob;
        return job.doneAt ?? job.finishedAt ?? Number.NEGATIVE_INFINITY;
      };
      // Sorting is stable, and two infinities cannot be subtracted.
      const newestFirst = (a: number, b: number): number => {
        const [first, second] = [ended(a), ended(b)];
        return first === second ? 0 : second - first;
      };
      return [{ heading: null, jobs: [...indexes].sort(newestFirst) }];
    }
    case 'prompt': {
      if (prompts === null) return [{ heading: null, jobs: indexes }];
      const byPrompt = new Map<number, number[]>();
      for (const index of indexes) {
        const code = prompts.codes[index] as number;
        const group = byPrompt.get(code);
        if (group === undefined) byPrompt.set(code, [index]);
        else group.push(index);
      }
      return [...byPrompt]
        .sort(([a], [b]) => a - b)
        .map(([code, group]) => ({ heading: prompts.labels[code] as string, jobs: group }));
    }
  }
}
