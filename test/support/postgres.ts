import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inject, onTestFinished, test } from 'vitest';
import { databaseOn, programs, type TestDatabase } from './postgres-server.ts';

/** Another server for the tests, in which they make databases of their own and remove them again. */
const elsewhere = process.env.RCB_TEST_LEDGER || null;

const isPostgresless = elsewhere === null && programs() === null && !process.env.CI;
if (isPostgresless)
  console.warn(
    'No PostgreSQL runs on this platform, so tests of shared runs are skipped: set RCB_TEST_LEDGER.',
  );

/** Where there is no PostgreSQL, these tests are skipped, and say so; in CI they fail instead. */
export const postgresTest = test.skipIf(isPostgresless);

/** A test that stops the server, or sets it up in its own way, cannot have another one. */
export const ownPostgresTest = test.skipIf(programs() === null && !process.env.CI);

/** A new database on the one server of this test run, which starts when the first test asks for it. */
export async function testDatabase(): Promise<TestDatabase> {
  return databaseOn(elsewhere ?? (await serverOfRun()));
}

/** The same, until the test that calls it ends. */
export async function databaseForTest(): Promise<string> {
  const { url, drop } = await testDatabase();
  onTestFinished(drop);
  return url;
}

async function serverOfRun(): Promise<string> {
  const answer = await text(connect(inject('postgresPort'), '127.0.0.1'));
  const told = JSON.parse(answer) as { url: string } | { failed: string };
  if ('failed' in told) throw new Error(told.failed);
  return told.url;
}
