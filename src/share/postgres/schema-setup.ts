import { randomBytes } from 'node:crypto';
import { getConstructionPlans } from 'pg-boss';
import { UserError } from '../../core/complaints.ts';
import { ledgerSchema, lowestProgram, schemaSql } from './schema-sql.ts';
import type { Database, Transaction } from './server/database.ts';
import { checkServer, type ServerFacts } from './server/server-checks.ts';

export const queueSchemaName = 'rcb_queue';

/** Of the tables that pg-boss 12.38.0 makes. They are never changed while runners of another version may use them. */
const queueSchema = 46;

const ledgerKind = 'runcomfy-batch ledger';

/** Makes the tables where there are none, and throws UserError where they are not those that this program knows. */
export async function setUpSchema(database: Database): Promise<{ readonly salt: string }> {
  const facts = await checkServer(database);
  const { shown } = database.address;
  if (facts.has_rcb && !facts.has_meta) throw notOurs(shown, 'rcb');
  if (facts.has_queue && !facts.has_queue_version) throw notOurs(shown, queueSchemaName);
  if (!facts.has_rcb || !facts.has_queue_version) await database.transaction(createMissing, { isLong: true });
  return database.transaction(async (tx) => {
    const meta = await metaIn(tx, shown);
    checkVersions(meta, shown);
    const [queue] = await tx.query<{ version: number }>(`SELECT version FROM ${queueSchemaName}.version`);
    checkQueue(Number(queue?.version ?? 0), shown);
    return { salt: meta.get('salt') ?? '' };
  });
}

// A number of our own: 'rcb1'.
const lockSql = 'SELECT pg_advisory_xact_lock(1919115825)';

async function createMissing(tx: Transaction): Promise<void> {
  await tx.query(lockSql);
  // Another runner may have made them in the meantime.
  const [now] = await tx.query<Pick<ServerFacts, 'has_rcb' | 'has_queue_version'>>(
    `SELECT to_regnamespace('rcb') IS NOT NULL AS has_rcb,
       to_regclass('${queueSchemaName}.version') IS NOT NULL AS has_queue_version`,
  );
  if (now?.has_rcb !== true) await createLedger(tx);
  if (now?.has_queue_version !== true) await createQueue(tx);
}

async function createLedger(tx: Transaction): Promise<void> {
  for (const statement of schemaSql.split(/;\n/)) if (statement.trim() !== '') await tx.query(statement);
  const meta = {
    kind: ledgerKind,
    schema: String(ledgerSchema),
    lowest_program: String(lowestProgram),
    salt: randomBytes(16).toString('hex'),
  };
  await tx.query('INSERT INTO rcb.meta SELECT key, value FROM json_each_text($1::json)', [
    JSON.stringify(meta),
  ]);
}

/** As pg-boss makes them, but in our own transaction: all tables or none. */
async function createQueue(tx: Transaction): Promise<void> {
  const plans = getConstructionPlans(queueSchemaName, { createSchema: true });
  const statements = /^\s*BEGIN;([\s\S]*)COMMIT;\s*$/.exec(plans)?.[1];
  if (statements === undefined)
    throw new Error('pg-boss makes its tables in another way than this program expects.');
  await tx.run(statements);
}

async function metaIn(tx: Transaction, shown: string): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ key: string; value: string }>('SELECT * FROM rcb.meta').catch((cause) => {
    if ((cause as { code?: string }).code === '42703') throw notOurs(shown, 'rcb');
    throw cause;
  });
  const meta = new Map(rows.map(({ key, value }) => [key, value]));
  if (meta.get('kind') !== ledgerKind) throw notOurs(shown, 'rcb');
  return meta;
}

function checkVersions(meta: ReadonlyMap<string, string>, shown: string): void {
  if (Number(meta.get('lowest_program')) > ledgerSchema)
    throw new UserError(
      'usage',
      `The ledger at ${shown} was made by a newer runcomfy-batch (its schema is ${meta.get('schema')}, this one knows ${ledgerSchema}).`,
      'Update runcomfy-batch on this machine and run the same command again.',
    );
  if (Number(meta.get('schema')) < ledgerSchema)
    throw new UserError(
      'usage',
      `The ledger at ${shown} was made by an older runcomfy-batch (its schema is ${meta.get('schema')}, this one needs ${ledgerSchema}).`,
      'Finish its runs with that version, or use another database.',
    );
}

function checkQueue(version: number, shown: string): void {
  if (version === queueSchema) return;
  const which = version > queueSchema ? 'a newer' : 'an older';
  throw new UserError(
    'usage',
    `The queue of the ledger at ${shown} was made by ${which} runcomfy-batch (its schema is ${version}, this one knows ${queueSchema}).`,
    version > queueSchema
      ? 'Update runcomfy-batch on this machine and run the same command again.'
      : 'Finish its runs with that version, or use another database.',
  );
}

function notOurs(shown: string, schema: string): UserError {
  return new UserError(
    'usage',
    `The database at ${shown} has a schema "${schema}" that is not of a ledger.`,
    'Use a database of its own for the ledger: createdb rcb',
  );
}
