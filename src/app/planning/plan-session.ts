import type { Model } from '../../core/models.ts';
import type { RunWindow } from '../../core/money/estimate.ts';
import type { Price } from '../../core/money/prices.ts';
import type { Provider } from '../../core/provider.ts';
import type { Sweep } from '../../core/sweep.ts';
import type { Conventions } from '../../plan/conventions.ts';
import type { Stage } from '../../store/stage/stage.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { confirmedAccess } from '../access/account.ts';
import { type Access, accessOf, namedAddress } from '../access/endpoint.ts';
import { modelSource } from '../access/model-source.ts';
import { webhooksFor } from '../callbacks/webhook-base.ts';
import { windowOf } from '../estimates/run-window.ts';
import { type RunPolicy, runPolicy } from '../policies.ts';
import type { BatchRequest } from '../request.ts';
import { type Rehearsal, rehearsalPrice, startRehearsal } from '../running/rehearsal.ts';
import { conventionsOf } from './kept-conventions.ts';
import { type Batch, openBatch, promptOf } from './open-batch.ts';
import { manifestNotes } from './own-manifests.ts';
import type { PlanOutcome } from './planning.ts';
import { runFolder } from './run-folder-name.ts';

/** What it takes to plan a batch: its inputs, its folder, and the models behind it. */
export interface PlanSession {
  readonly provider: Provider;
  readonly batch: Batch;
  readonly dir: string;
  readonly conventions: Conventions;
  readonly rehearsed: boolean;
  /** As many jobs as it may be. */
  readonly unbounded: boolean;
  /** Jobs are staged although rows are wrong. */
  readonly skipsInvalid: boolean;
  /** The API as the request and the folder name it, before anybody has confirmed it. */
  readonly accessRequest: AccessRequest;
  /** The address of that API; null: it is a simulator of our own. */
  readonly address: string | null;
  /** How many jobs a run would have in flight. */
  readonly window: RunWindow;
  /** Whether there is a token, without which no catalogue tells a price. */
  hasToken(): Promise<boolean>;
  /** Left out: nobody asks for the plan's id. */
  readonly identifies?: Identifies | undefined;
  /** The API, or the simulator, which is started when it is first needed. */
  access(): Promise<Access>;
  /** Its price may be asked for meanwhile: `priceOf` waits for it. */
  findModel(id: string): Promise<Model | null>;
  priceOf(model: Model): Promise<Price | null>;
  modelIds(): Promise<readonly string[]>;
  /** Adds what is wrong with links in the input to the outcome's problems, if the request asks for it. */
  checkLinks(stage: Stage, outcome: PlanOutcome): Promise<void>;
  /** What is in the wallet; null: not known, or nothing is to be submitted. */
  balanceUsd(stage: Stage): Promise<number | null>;
}

/** What is planned, and against which API. */
export interface PlanTarget {
  readonly batch: Batch;
  readonly dir: string;
  readonly rehearsed: boolean;
  /** The API that the folder was made with. */
  readonly keptUrl: string | null;
}

/** What the id of a plan depends on beside the plan, and what it has to be. */
export interface Identifies {
  /** null: any. */
  readonly expected: string | null;
  /** Jobs in doubt are submitted again. */
  readonly resendsUnknown: boolean;
}

/** How planning is to go about it. */
interface PlanManner {
  /** How a run would work, by what its sweep says too; left out: as usual. */
  readonly policyOf?: (sweep: Sweep | null) => Pick<RunPolicy, 'limits' | 'webhooks'>;
  readonly identifies?: Identifies | undefined;
  readonly access: AccessRequest;
  /** The plan, and a rehearsal, are kept in the folder. */
  readonly keepsPlan: boolean;
  /** Makes the run folder ready to be compared with, before anything in it is read; left out: it is. */
  readonly prepareFolder?: ((dir: string, isRehearsed: boolean) => Promise<void>) | undefined;
  /** Gets a sentence that the user is to know. */
  warn(sentence: string): void;
}

/** Opens a request, lends what it takes to plan, and closes after the work whatever was opened for it. */
export async function withBatch<T>(
  request: BatchRequest,
  manner: PlanManner,
  work: (session: PlanSession) => Promise<T>,
): Promise<T> {
  const batch = await openBatch(request, { env: manner.access.env, provider: manner.access.provider });
  try {
    const dir = runFolder(request, batch, promptOf(batch));
    await manner.prepareFolder?.(dir, request.rehearse);
    batch.problems.push(...manifestNotes(batch.files, dir));
    const target = { batch, dir, rehearsed: request.rehearse, keptUrl: null };
    return await withTarget(target, request, manner, work);
  } finally {
    await batch.close();
  }
}

/** The same for a batch that has been opened already. */
export async function withTarget<T>(
  { batch, dir, rehearsed, keptUrl }: PlanTarget,
  { unbounded, skipInvalid, checkUrls }: Pick<BatchRequest, 'unbounded' | 'skipInvalid' | 'checkUrls'>,
  { access: asked, keepsPlan, warn, identifies, policyOf = () => runPolicy({}, {}) }: PlanManner,
  work: (session: PlanSession) => Promise<T>,
): Promise<T> {
  const { provider } = batch;
  const policy = policyOf(batch.sweep);
  webhooksFor(policy.webhooks, provider);
  const accessRequest = { ...asked, provider };
  const rehearsals: Rehearsal[] = [];
  let confirmed: Promise<Access> | null = null;
  async function access(): Promise<Access> {
    if (!rehearsed) {
      confirmed ??= confirmedAccess(accessOf(accessRequest, keptUrl), accessRequest.ask);
      return confirmed;
    }
    const [rehearsal = await startRehearsal(provider, keepsPlan ? dir : null)] = rehearsals;
    rehearsals[0] = rehearsal;
    return rehearsal.access;
  }
  const file = batch.schemaFile;
  const models = modelSource({
    provider,
    access,
    env: accessRequest.env,
    schema: file === null ? null : { file, id: batch.model },
    builtInPrice: rehearsed ? rehearsalPrice : null,
    warn,
  });
  let askedBalance: Promise<number | null> | null = null;
  function balance(): Promise<number | null> {
    askedBalance ??= rehearsed ? Promise.resolve(null) : models.balanceUsd();
    // Whoever waits for it hears of a failure.
    askedBalance.catch(() => {});
    return askedBalance;
  }
  try {
    return await work({
      provider,
      batch,
      dir,
      conventions: conventionsOf(dir, keepsPlan, batch.shard !== null),
      rehearsed,
      unbounded,
      skipsInvalid: skipInvalid,
      accessRequest,
      address: rehearsed ? null : namedAddress(accessRequest, keptUrl).href,
      window: windowOf(policy),
      hasToken: async () => rehearsed || (await access()).token !== null,
      identifies,
      access,
      findModel(id) {
        // Asked for beside the model and its price, so that a plan waits for one answer and not for three in a row.
        void balance();
        return models.findAhead(id);
      },
      priceOf: models.priceOf,
      modelIds: models.ids,
      async checkLinks(stage, outcome) {
        if (!checkUrls) return;
        const { checkLinks } = await import('./link-check.ts');
        await checkLinks(access, stage, outcome);
      },
      balanceUsd: async (stage) => (submitsNothing(stage) ? null : balance()),
    });
  } finally {
    await models.close();
    await rehearsals[0]?.close();
  }
}

function submitsNothing(stage: Stage): boolean {
  const [first] = stage.toSubmit();
  return first === undefined;
}
