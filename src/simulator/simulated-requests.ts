import type { JsonObject } from '../core/json.ts';
import { bodyKey, type Counting } from './census.ts';
import { drawLatencyMs } from './faults/latency.ts';
import { slotQueue, type Turn } from './faults/slot-queue.ts';
import type { RequestJournal } from './request-journal.ts';
import { roll, rolling } from './simulated-dice.ts';
import { idBehind, requestId } from './simulated-ids.ts';
import { chargeMicroUsd, type SimulatedModel, simulatedModels } from './simulated-models.ts';
import type { Settings } from './simulator-options.ts';

/** One accepted submission. */
export interface SimulatedRequest {
  readonly id: string;
  readonly model: SimulatedModel;
  readonly input: JsonObject;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  readonly fails: boolean;
  readonly chargeMicroUsd: number;
  readonly turn: Turn;
}

export type Standing =
  | { readonly state: 'queued'; readonly position: number }
  | { readonly state: 'running' }
  | { readonly state: 'succeeded' | 'failed' | 'cancelled'; readonly endedAt: number };

export interface SimulatedRequests {
  /** Accepts a submission; it is journalled and counted before this returns. */
  accept(model: SimulatedModel, input: JsonObject, now: number): SimulatedRequest;
  /** By its id, or by the form that the faults `numberId` and `dottedId` give it. */
  find(id: string): SimulatedRequest | undefined;
  standing(request: SimulatedRequest, now: number): Standing;
  /** True if it was still waiting and is now cancelled. */
  cancel(request: SimulatedRequest, now: number): boolean;
  inFlight(now: number): number;
  resize(slots: number, now: number): void;
  /** Millionths of a dollar that are neither charged nor reserved for requests in flight; null: endless. */
  freeMicroUsd(now: number): number | null;
}

/** The server's requests, including those in the journal of an earlier process. */
export function simulatedRequests(
  seed: number,
  settings: Settings,
  journal: RequestJournal,
  counts: Counting,
): SimulatedRequests {
  const queue = slotQueue(settings.slots);
  const requests = new Map<string, SimulatedRequest>();
  const acceptedOf = new Map<string, number>();
  let heldMicroUsd = 0;
  const refunds: { readonly at: () => number | null; readonly microUsd: number }[] = [];

  function enter(
    entry: Omit<SimulatedRequest, 'turn' | 'chargeMicroUsd' | 'key'>,
    runMs: number,
    key: string,
  ) {
    const turn = queue.enter(runMs, entry.acceptedAt);
    const request = {
      ...entry,
      key,
      turn,
      chargeMicroUsd: chargeMicroUsd(entry.model, entry.input, settings.priceUsd),
    };
    requests.set(request.id, request);
    acceptedOf.set(key, (acceptedOf.get(key) ?? 0) + 1);
    heldMicroUsd += request.chargeMicroUsd;
    if (request.fails) refunds.push({ at: () => turn.endsAt, microUsd: request.chargeMicroUsd });
    counts.accepted(key, request.id, queue.inFlight());
    return request;
  }

  function cancel(request: SimulatedRequest, now: number): boolean {
    if (!queue.leave(request.turn, now)) return false;
    heldMicroUsd -= request.chargeMicroUsd;
    return true;
  }

  for (const entry of journal.earlier) {
    if (entry.type === 'told') continue;
    if (entry.type === 'cancelled') {
      const known = requests.get(entry.id);
      if (known) cancel(known, entry.at);
      continue;
    }
    const model = simulatedModels.find((each) => each.id === entry.model);
    if (model === undefined || requests.has(entry.id)) continue;
    const { id, input, at, fails, runMs } = entry;
    enter({ id, model, input, acceptedAt: at, fails }, runMs, bodyKey(model.id, input));
  }

  return {
    accept(model, input, now) {
      const key = bodyKey(model.id, input);
      const nth = (acceptedOf.get(key) ?? 0) + 1;
      const id = requestId(seed, key, nth);
      const runMs = drawLatencyMs(settings.latency, rolling(seed, 'latency', key, nth));
      const fails = roll(seed, 'fails', key, nth) < settings.failRate;
      journal.append({ type: 'accepted', id, at: now, model: model.id, input, runMs, fails });
      return enter({ id, model, input, acceptedAt: now, fails }, runMs, key);
    },
    find: (id) => requests.get(id) ?? requests.get(idBehind(id, requests)),
    standing(request, now) {
      queue.advance(now);
      const { startedAt, endsAt, leftAt } = request.turn;
      if (leftAt !== null) return { state: 'cancelled', endedAt: leftAt };
      if (startedAt === null || endsAt === null) {
        return { state: 'queued', position: queue.position(request.turn) };
      }
      if (endsAt > now) return { state: 'running' };
      return { state: request.fails ? 'failed' : 'succeeded', endedAt: endsAt };
    },
    cancel(request, now) {
      if (!cancel(request, now)) return false;
      journal.append({ type: 'cancelled', id: request.id, at: now });
      return true;
    },
    inFlight(now) {
      queue.advance(now);
      return queue.inFlight();
    },
    resize: (slots, now) => queue.resize(slots, now),
    freeMicroUsd(now) {
      if (settings.balanceUsd === null) return null;
      queue.advance(now);
      for (let i = refunds.length - 1; i >= 0; i -= 1) {
        const refund = refunds[i];
        const at = refund?.at() ?? null;
        if (refund === undefined || at === null || at > now) continue;
        heldMicroUsd -= refund.microUsd;
        refunds.splice(i, 1);
      }
      return Math.round(settings.balanceUsd * 1_000_000) - heldMicroUsd;
    },
  };
}
