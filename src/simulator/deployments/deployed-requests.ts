import type { JsonObject } from '../../core/json.ts';
import { bodyKey, type Counting } from '../census.ts';
import { drawLatencyMs } from '../faults/latency.ts';
import type { RequestJournal } from '../request-journal.ts';
import { roll, rolling } from '../simulated-dice.ts';
import { idBehind, requestId } from '../simulated-ids.ts';
import type { Settings } from '../simulator-options.ts';
import { type InstancePool, instancePool, type PoolTurn } from './instance-pool.ts';
import { flatInputs, resolvedWorkflow, type SavedPicture, savedPictures } from './resolved-workflow.ts';
import type { Workflow } from './sample-workflows.ts';
import { deployedModel, type SimulatedDeployment, simulatedDeployments } from './simulated-deployments.ts';

/** One accepted submission to a deployment. */
export interface DeployedRequest {
  readonly id: string;
  readonly deployment: SimulatedDeployment;
  /** Flat, as it is counted. */
  readonly input: JsonObject;
  readonly key: string;
  readonly acceptedAt: number;
  readonly fails: boolean;
  /** With everything that the body changes; null: the deployment has none. */
  readonly workflow: Workflow | null;
  readonly pictures: readonly SavedPicture[];
  readonly turn: PoolTurn;
}

export type DeployedStanding =
  | { readonly state: 'queued'; readonly position: number }
  | { readonly state: 'running'; readonly instanceId: string }
  | { readonly state: 'succeeded' | 'failed' | 'cancelled'; readonly endedAt: number };

export interface DeployedRequests {
  /** Accepts a submission; it is journalled and counted before this returns. */
  accept(
    deployment: SimulatedDeployment,
    body: JsonObject,
    now: number,
    webhook?: JsonObject | null,
  ): DeployedRequest;
  find(id: string): DeployedRequest | undefined;
  standing(request: DeployedRequest, now: number): DeployedStanding;
  cancel(request: DeployedRequest, now: number): 'left' | 'requested' | 'ended';
  inFlight(now: number): number;
  instances(deployment: SimulatedDeployment, now: number): number;
  /** Millionths of a dollar for all instances until now. */
  spentMicroUsd(now: number): number;
}

// What a LoRA's deployment makes.
const onePicture: readonly SavedPicture[] = [{ node: '', filename: 'output.png', nth: 0, of: 1 }];

/** The requests of all deployments, including those in the journal of an earlier process. */
export function deployedRequests(
  seed: number,
  settings: Settings,
  journal: RequestJournal,
  counts: Counting,
): DeployedRequests {
  const pools = new Map(
    simulatedDeployments.map((each) => [each.id, instancePool(() => termsOf(each, seed, settings))]),
  );
  const poolOf = ({ id }: SimulatedDeployment): InstancePool => pools.get(id) as InstancePool;
  const requests = new Map<string, DeployedRequest>();
  const acceptedOf = new Map<string, number>();

  function inFlight(now: number): number {
    let all = 0;
    for (const pool of pools.values()) {
      pool.advance(now);
      all += pool.inFlight();
    }
    return all;
  }

  function enter(
    { id, deployment, body }: { id: string; deployment: SimulatedDeployment; body: JsonObject },
    { at, runMs, fails }: { at: number; runMs: number; fails: boolean },
  ): DeployedRequest {
    const input = flatInputs(body);
    const key = bodyKey(deployedModel(deployment), input);
    const workflow = resolvedWorkflow(deployment, body);
    const pictures = workflow === null ? onePicture : savedPictures(workflow);
    const turn = poolOf(deployment).enter(runMs, at);
    const request = { id, deployment, input, key, acceptedAt: at, fails, workflow, pictures, turn };
    requests.set(id, request);
    acceptedOf.set(key, (acceptedOf.get(key) ?? 0) + 1);
    counts.accepted(key, id, inFlight(at));
    return request;
  }

  for (const entry of journal.earlier) {
    if (entry.type === 'told') continue;
    const known = requests.get(entry.id);
    if (entry.type === 'cancelled') {
      if (known) poolOf(known.deployment).cancel(known.turn, entry.at, settings.cancelMs);
      continue;
    }
    const deployment = simulatedDeployments.find((each) => deployedModel(each) === entry.model);
    if (deployment === undefined || known) continue;
    enter({ id: entry.id, deployment, body: entry.input }, entry);
  }

  return {
    accept(deployment, body, now, webhook = null) {
      const model = deployedModel(deployment);
      const key = bodyKey(model, flatInputs(body));
      const nth = (acceptedOf.get(key) ?? 0) + 1;
      const id = requestId(seed, key, nth);
      const runMs = drawLatencyMs(settings.latency, rolling(seed, 'latency', key, nth));
      const fails = roll(seed, 'fails', key, nth) < settings.failRate;
      const told = webhook === null ? {} : { webhook };
      journal.append({ type: 'accepted', id, at: now, model, input: body, runMs, fails, ...told });
      return enter({ id, deployment, body }, { at: now, runMs, fails });
    },
    find: (id) => requests.get(id) ?? requests.get(idBehind(id, requests)),
    standing({ deployment, turn, fails }, now) {
      const pool = poolOf(deployment);
      pool.advance(now);
      const { startedAt, endsAt, isCancelled, instanceId } = turn;
      if (endsAt === null || instanceId === null) {
        if (isCancelled) return { state: 'cancelled', endedAt: endsAt ?? now };
        return { state: 'queued', position: pool.position(turn) };
      }
      if (startedAt !== null && endsAt > now) return { state: 'running', instanceId };
      return { state: isCancelled ? 'cancelled' : fails ? 'failed' : 'succeeded', endedAt: endsAt };
    },
    cancel(request, now) {
      const outcome = poolOf(request.deployment).cancel(request.turn, now, settings.cancelMs);
      if (outcome !== 'ended') journal.append({ type: 'cancelled', id: request.id, at: now });
      return outcome;
    },
    inFlight,
    instances(deployment, now) {
      const pool = poolOf(deployment);
      pool.advance(now);
      return pool.instances();
    },
    spentMicroUsd(now) {
      const spent = simulatedDeployments.map(
        (each) => (poolOf(each).uptimeMs(now) * each.microUsdPerHour) / 3_600_000,
      );
      return Math.round(spent.reduce((sum, each) => sum + each, 0));
    },
  };
}

function termsOf(deployment: SimulatedDeployment, seed: number, settings: Settings) {
  const { maxInstances, queueSize, keepWarmMs, coldStartMs, latency } = settings;
  return {
    maxInstances: maxInstances ?? deployment.maxInstances,
    queueSize: queueSize ?? deployment.queueSize,
    keepWarmMs: keepWarmMs ?? deployment.keepWarmSeconds * 1_000,
    coldStartMs: (nth: number) =>
      coldStartMs ?? 2 * drawLatencyMs(latency, rolling(seed, 'cold start', deployment.id, nth)),
    instanceId: (nth: number) => requestId(seed, `instance of ${deployment.id}`, nth),
  };
}
