import type { PlanView } from '../../report/plan/plan-text.ts';
import type { Stage } from '../../store/stage/stage.ts';
import type { OwnAccount } from '../access/source-account.ts';
import type { RunPolicy } from '../policies.ts';
import type { Reusable } from './reuse.ts';

/** A plan whose jobs other folders may have done. `stage`: null where its folder holds it already. */
interface ReusablePlan {
  readonly dir: string;
  readonly view: PlanView;
  readonly stage: Stage | null;
  /** Where its jobs would be submitted. */
  own(): OwnAccount;
}

/**
 * Lends the plan as it is with what other folders have done of it, and closes what was found after the work. Writes
 * nothing. null: no other folder is to be looked into, or nothing is to be submitted.
 */
export async function withReusable<T>(
  { dir, view, stage, own }: ReusablePlan,
  policy: Pick<RunPolicy, 'reuse'>,
  work: (view: PlanView, reusable: Reusable | null) => Promise<T>,
): Promise<T> {
  if (policy.reuse.roots.length === 0) return work(view, null);
  // Most runs look into no other folder.
  const { findReusable, withReuse } = await import('./reuse.ts');
  const reusable = await findReusable({ dir, view, stage, own: own() }, policy);
  try {
    return await work(withReuse(view, reusable), reusable);
  } finally {
    reusable?.search.close();
  }
}
