/** Raised whenever the tables change. */
export const ledgerSchema = 1;

/** The oldest schema whose programs may write what this one writes. */
export const lowestProgram = 1;

const planned = `
  id text NOT NULL,
  in_plan int NOT NULL,
  seq bigint NOT NULL,
  model text NOT NULL,
  input text NOT NULL,
  rep int NOT NULL,
  name text,
  rows text NOT NULL,
  tags text NOT NULL,
  axes text NOT NULL,
  parent text,
  path_template text NOT NULL,
  path_key text NOT NULL,
  planned_at bigint NOT NULL,
  also text,
  names text`;

const state = `
  state text NOT NULL,
  attempt int NOT NULL,
  request_id text,
  since bigint,
  cost float8,
  failure text,
  notes text,
  ref text`;

/**
 * `asleep`: a job that stalled, and is left to the next start of a runner. `changed`: the transaction that last changed
 * it. `ended`, `failed`: what each runner has added to the jobs at rest, in the transactions that did so, and what the run
 * began with; their sum is exact, whoever dies. `beats`: how many transactions of a runner have been confirmed to it. `history`, `resting_until`: see `ledger-history.ts`.
 * `gate`: the account of the run, as `gate` has it.
 */
export const schemaSql = `
CREATE SCHEMA rcb;
CREATE TABLE rcb.meta (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE rcb.run (
  num int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  key text NOT NULL,
  plan text NOT NULL,
  plan_version int NOT NULL,
  account text,
  gate text NOT NULL,
  limits text NOT NULL,
  files text,
  queue text NOT NULL,
  history text NOT NULL,
  resting_until bigint NOT NULL DEFAULT 0,
  begun_at bigint NOT NULL,
  ended int NOT NULL,
  failed int NOT NULL,
  detached_at bigint,
  detached_by text
);
CREATE TABLE rcb.job (
  num bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run int NOT NULL REFERENCES rcb.run (num),${planned},${state},
  epoch int NOT NULL DEFAULT 0,
  announced int,
  holder text,
  asleep boolean NOT NULL DEFAULT false,
  changed xid8 NOT NULL,
  UNIQUE (run, id)
);
CREATE INDEX job_pending ON rcb.job (run, seq)
  WHERE state = 'pending' AND in_plan = 1 AND holder IS NULL AND NOT asleep;
CREATE INDEX job_known ON rcb.job (run) WHERE state IN ('submitting', 'queued', 'running', 'succeeded');
CREATE INDEX job_held ON rcb.job (run, holder) WHERE holder IS NOT NULL;
CREATE INDEX job_by_state ON rcb.job (run, state);
CREATE INDEX job_changed ON rcb.job (run, changed);
CREATE TABLE rcb.attempt (
  job bigint NOT NULL REFERENCES rcb.job (num) ON DELETE CASCADE,
  attempt int NOT NULL,
  state text NOT NULL,
  request_id text,
  submitted_at bigint,
  started_at bigint,
  finished_at bigint,
  done_at bigint,
  cost float8,
  failure text,
  ref text,
  estimated int,
  runner text,
  outputs text,
  PRIMARY KEY (job, attempt)
);
CREATE INDEX attempt_request ON rcb.attempt (request_id) WHERE request_id IS NOT NULL;
CREATE TABLE rcb.runner (
  num int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run int NOT NULL REFERENCES rcb.run (num),
  name text NOT NULL,
  host text NOT NULL,
  version text NOT NULL,
  seen_at bigint NOT NULL,
  beats bigint NOT NULL DEFAULT 0,
  ended int NOT NULL DEFAULT 0,
  failed int NOT NULL DEFAULT 0,
  crowded_at bigint,
  UNIQUE (run, name)
);
CREATE TABLE rcb.gate (account text PRIMARY KEY, paused_until bigint, next_at bigint);
CREATE TABLE rcb.input (
  run int NOT NULL REFERENCES rcb.run (num),
  sha256 text NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (run, sha256)
);
`;

/** The columns of a planned job, as `json_to_recordset` has to be told. */
export const plannedRecord = planned.replaceAll(' NOT NULL', '').trim();

/** Those of its state. */
export const stateRecord = state.replaceAll(' NOT NULL', '').trim();

const namesIn = (record: string): string =>
  record.replace(/ (?:text|int|bigint|float8)\b/g, '').replace(/\s+/g, ' ');

export const plannedColumns = namesIn(plannedRecord);
export const stateColumns = namesIn(stateRecord);

export const attemptRecord = `attempt int, state text, request_id text, submitted_at bigint, started_at bigint,
  finished_at bigint, done_at bigint, cost float8, failure text, ref text, estimated int, runner text, outputs text`;
export const attemptColumns = namesIn(attemptRecord);

/** By the clock of the ledger, in ms since the epoch. */
export const nowSql = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
