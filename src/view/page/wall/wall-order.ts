import type { PageJob } from '../../page-data.ts';
import type { KeyColumn } from '../filters/key-column.ts';
import type { ViewState } from '../state/app.ts';

/** Jobs, by their places in the plan, under one heading; null: no heading. */
export interface WallGroup {
  readonly heading: string | null;
  readonly jobs: readonly number[];
}

/** Newest: what ended last comes first; what has not ended follows in the plan's order. */
export function wallGroups(
  places: readonly number[],
  jobs: readonly PageJob[],
  order: ViewState['wallOrder'],
  prompts: KeyColumn | null,
): readonly WallGroup[] {
  switch (order) {
    case 'plan':
      return [{ heading: null, jobs: places }];
    case 'newest': {
      const ended = (place: number): number => {
        const job = jobs[place] as PageJob;
        return job.doneAt ?? job.finishedAt ?? Number.NEGATIVE_INFINITY;
      };
      // A sort keeps the order of what is equal; infinities cannot be subtracted.
      const newestFirst = (a: number, b: number): number => {
        const [first, second] = [ended(a), ended(b)];
        return first === second ? 0 : second - first;
      };
      return [{ heading: null, jobs: [...places].sort(newestFirst) }];
    }
    case 'prompt': {
      if (prompts === null) return [{ heading: null, jobs: places }];
      const byPrompt = new Map<number, number[]>();
      for (const place of places) {
        const code = prompts.codes[place] as number;
        const group = byPrompt.get(code);
        if (group === undefined) byPrompt.set(code, [place]);
        else group.push(place);
      }
      return [...byPrompt]
        .sort(([a], [b]) => a - b)
        .map(([code, group]) => ({ heading: prompts.labels[code] as string, jobs: group }));
    }
  }
}
