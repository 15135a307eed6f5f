import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SavedFile } from '../../src/core/job/job.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { bodyKey, type Census } from '../../src/simulator/census.ts';
import { queried } from '../support/postgres-server.ts';

/** Keeps every change of a job's state, whoever makes it, as the database itself sees it. */
export async function auditStates(url: string): Promise<void> {
  await queried(
    url,
    `CREATE TABLE public.seen (at timestamptz NOT NULL DEFAULT clock_timestamp(), job text NOT NULL,
       was text NOT NULL, is_now text NOT NULL, held_by text)`,
    `CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO public.seen (job, was, is_now, held_by) VALUES (NEW.id, OLD.state, NEW.state, OLD.holder);
       RETURN NULL; END $$`,
    `CREATE TRIGGER seeing AFTER UPDATE OF state ON rcb.job FOR EACH ROW
       WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION public.see()`,
  );
}

/** What became of the submissions of a shared run, by the ledger itself and by the API that counted them. */
export interface SharedFates {
  readonly jobs: number;
  readonly accepted: number;
  readonly paidTwice: number;
  /** A request id in the ledger that the API never gave for that body. */
  readonly wrongIds: number;
  /** Accepted, and neither named in the ledger nor held as unknown. */
  readonly lost: number;
  readonly unknown: number;
  /** Of those, accepted by the API. */
  readonly unknownAndPaid: number;
  /** Of all that ever were unknown, known again by a late fact. */
  readonly cameBack: number;
  readonly states: Readonly<Record<string, number>>;
}

interface LedgerRow {
  readonly id: string;
  readonly model: string;
  readonly input: string;
  readonly state: string;
  readonly request_id: string | null;
  readonly ids: readonly string[] | null;
}

/** Holds at every moment: what was accepted before the ledger is read is in it, and what it names was accepted after. */
export async function sharedFates(url: string, census: () => Census): Promise<SharedFates> {
  const before = census();
  const rows: LedgerRow[] = await queried(
    url,
    `SELECT id, model, input, state, request_id, (SELECT array_agg(a.request_id) FROM rcb.attempt a
       WHERE a.job = j.num AND a.request_id IS NOT NULL) AS ids FROM rcb.job j`,
  );
  const [{ n: cameBack }] = (await queried(
    url,
    `SELECT count(DISTINCT job)::int AS n FROM public.seen WHERE was = 'unknown' AND is_now <> 'unknown'`,
  )) as [{ n: number }];
  const after = census();
  const states: Record<string, number> = {};
  let [paidTwice, wrongIds, lost, unknownAndPaid] = [0, 0, 0, 0];
  for (const { model, input, state, request_id, ids } of rows) {
    states[state] = (states[state] ?? 0) + 1;
    const body = bodyKey(model, JSON.parse(input) as JsonObject);
    const paid = before.requestIds[body] ?? [];
    const paidSince = after.requestIds[body] ?? [];
    const named = new Set([...(ids ?? []), ...(request_id === null ? [] : [request_id])]);
    if (paidSince.length > 1) paidTwice += 1;
    if ([...named].some((id) => !paidSince.includes(id))) wrongIds += 1;
    const isUnknown = state === 'unknown';
    if (isUnknown && paid.length > 0) unknownAndPaid += 1;
    if (!isUnknown && state !== 'submitting' && paid.some((id) => !named.has(id))) lost += 1;
  }
  const { unknown = 0 } = states;
  const accepted = after.acceptedTotal;
  return {
    jobs: rows.length,
    accepted,
    paidTwice,
    wrongIds,
    lost,
    unknown,
    unknownAndPaid,
    cameBack,
    states,
  };
}

/** Paths that the ledger names, and that are in no folder. */
export async function missingFiles(url: string, folders: readonly string[]): Promise<string[]> {
  const rows: { outputs: string }[] = await queried(
    url,
    `SELECT outputs FROM rcb.attempt WHERE state = 'done' AND outputs IS NOT NULL`,
  );
  const paths = rows.flatMap(({ outputs }) => (JSON.parse(outputs) as SavedFile[]).map(({ path }) => path));
  return paths.filter((path) => !folders.some((folder) => existsSync(join(folder, path))));
}
