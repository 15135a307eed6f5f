import type { SharedPlace, SharedPlan } from '../../app/shared/shared-place.ts';
import { plainText } from '../../report/terminal/terminal.ts';

/** A plan that may be that of a shared run: without a place, it never is. */
export interface SharedPlanning {
  /** To be called before the folder is compared with the plan. */
  readonly prepareFolder: ((dir: string, isRehearsed: boolean) => Promise<void>) | undefined;
  /** The run as it was compared with; undefined: the folder is a run of its own. */
  plan(): SharedPlan | undefined;
  /** Where the run is and who else works on it, as a line; empty: nowhere else. */
  line(): Promise<string>;
}

export function sharedPlanning(place: SharedPlace | undefined): SharedPlanning {
  if (place === undefined) return { prepareFolder: undefined, plan: () => undefined, line: async () => '' };
  let seen: SharedPlan | undefined;
  let run = '';
  return {
    async prepareFolder(dir, isRehearsed) {
      if (isRehearsed) return;
      const { pullForPlan, nameOf } = await import('../../app/shared/shared-opening.ts');
      seen = await pullForPlan(place, dir);
      run = nameOf(dir);
    },
    plan: () => seen,
    async line() {
      if (seen === undefined) return '';
      if (seen.planVersion === 0)
        return `${plainText(`New shared run "${run}" in ${place.runs.address}.`)}\n`;
      const { sharedRunLine } = await import('../../app/shared/runner-words.ts');
      return `${plainText(await sharedRunLine(place, run, null))}\n`;
    },
  };
}
