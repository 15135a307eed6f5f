import { randomBytes } from 'node:crypto';
import { UserError } from '../../core/complaints.ts';
import type { SharedRun } from '../../core/sharing/shared-runs.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import { plannedJobs } from '../../store/mirror/planned-jobs.ts';
import { PlanMoved, type Sharing, type WorkLedger } from '../running/work-ledger.ts';
import { type JoinedFolder, joinFolder, joinRun, noPlan, pull } from './joined-folder.ts';
import { runGone } from './lost-run.ts';
import { orderLedger } from './order-ledger.ts';
import { isRunName, runName } from './run-choice.ts';
import { fetchedInputs, fetchInput, putInputs } from './shared-inputs.ts';
import type { SharedPlace, SharedPlan } from './shared-place.ts';

/** Opens the folder of a shared run for orders and for work, up to date. */
export async function openShared(place: SharedPlace, dir: string): Promise<WorkLedger> {
  return sharing(await joinFolder(place, dir));
}

/** The same for a plan that is about to be taken into it, which begins the run where there is none. */
export async function openToPlan(
  { place, planVersion, limits }: SharedPlan,
  dir: string,
): Promise<WorkLedger> {
  const name = nameOf(dir);
  const found = await place.runs.find(name);
  const key = randomBytes(8).toString('hex');
  const run = found ?? (await begun(place, name, key));
  const joined = await joinRun(place, dir, run, run.key === key);
  await place.runs.amend(run.name, { limits });
  const isSame = joined.mark().planVersion === planVersion;
  if (isSame || (planVersion === 0 && run.planVersion <= 1)) return sharing(joined);
  await joined.ledger.close();
  throw new PlanMoved();
}

/**
 * Brings the folder of a run up to date before a plan is compared with it. Where the ledger has no such run, nothing is
 * done. Throws `UserError` (`usage`) for a folder that is a run of its own.
 */
export async function pullForPlan(place: SharedPlace, dir: string): Promise<SharedPlan> {
  const limits = {};
  const name = nameOf(dir);
  const run = await place.runs.find(name);
  if (run === null) {
    const mark = mirrorOf(dir);
    if (mark !== null) throw runGone(place.runs, dir, mark);
    if (isRunFolder(dir)) throw ownRun(dir);
    return { place, limits, planVersion: 0 };
  }
  const joined = await joinRun(place, dir, run);
  await joined.ledger.close();
  return { place, limits, planVersion: run.planVersion };
}

function ownRun(dir: string): UserError {
  return new UserError(
    'usage',
    `${dir} holds a run of its own, which is not shared.`,
    'Share it with rcb share-run, choose another folder with --out, or add --ledger none.',
  );
}

/** The name of the run that a folder is for, or would be. Throws `UserError` (`usage`) for what no run is called. */
export function nameOf(dir: string): string {
  const name = mirrorOf(dir)?.run ?? runName(dir);
  if (isRunName(name)) return name;
  throw new UserError(
    'usage',
    `A shared run cannot be called "${name}".`,
    'Choose another folder with --out.',
  );
}

async function begun({ runs }: SharedPlace, name: string, key: string): Promise<SharedRun> {
  const run = { name, key, plan: noPlan, account: null, limits: {}, files: null };
  try {
    return await runs.begin(run, []);
  } catch (error) {
    // Another machine was faster.
    const other = error instanceof UserError ? await runs.find(name) : null;
    if (other === null) throw error;
    return other;
  }
}

function sharing(joined: JoinedFolder): WorkLedger {
  const { place, ledger } = joined;
  const { runs } = place;
  const { dir } = ledger;
  const { run } = joined.mark();
  const orders = orderLedger(joined);
  const shared: Sharing = {
    secrets: place.secrets,
    async adopt(record, take) {
      const { planVersion } = joined.mark();
      joined.amend({ isAdopting: true });
      take();
      const plan = JSON.stringify(record);
      const adopted = await runs.adopt(run, { planVersion }, plan, plannedJobs(dir));
      if (adopted === null) throw new PlanMoved();
      joined.amend({ planVersion: adopted.planVersion, isAdopting: false }, plan);
      await pull({ ...joined, run: adopted });
    },
    putInputs: (files) => putInputs(runs, run, dir, files),
    inputs: (own) => fetchedInputs(own, (marker) => fetchInput(runs, run, dir, marker)),
    async work(terms) {
      const { workShared } = await import('./shared-work.ts');
      return workShared(joined, terms);
    },
  };
  return {
    ...orders,
    sharing: shared,
    async close(endedAt) {
      try {
        await joined.shared.release(null).catch(() => {});
      } finally {
        await ledger.close(endedAt);
      }
    },
  };
}
