import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { openSharedRuns } from '../../../src/share/postgres/postgres-runs.ts';
import { databaseForTest, ownPostgresTest, postgresTest } from '../../support/postgres.ts';
import { queried, startPostgres } from '../../support/postgres-server.ts';
import { freePort } from '../../support/server-user.ts';

const secret = 'Pa55-w0rd';

/** The complaint with which a ledger cannot be opened: a whole sentence, a hint that says what to do, no password. */
async function complaint(url: string, env: Record<string, string> = {}): Promise<string> {
  const opened = await openSharedRuns(url, env).catch((error: unknown) => error);
  if (!(opened instanceof UserError)) throw new Error('It was no UserError.', { cause: opened });
  expect(opened.message).toMatch(/^["A-Z].*\.$/);
  expect(opened.hint).toMatch(/^[A-Z][a-z]+ /);
  const all = [opened.message, opened.hint, opened.stack, JSON.stringify(opened.cause), String(opened.cause)];
  expect(all.join(' ')).not.toContain(secret);
  expect(all.join(' ')).not.toContain(encodeURIComponent(secret));
  return `${opened.about}: ${opened.message}`;
}

const withUser = (url: string, user: string, password = '', query = ''): string =>
  `${url.replace(/\/\/.*@/, `//${user}${password === '' ? '' : `:${password}`}@`)}${query}`;

describe('the address of a ledger', () => {
  test.each([
    ['mysql://root:Pa55-w0rd@db/rcb', /^usage: A ledger lies in PostgreSQL, .*"mysql:"/],
    ['ledger.db', /^usage: The address of the ledger cannot be read/],
    ['postgres://user:Pa55-w0rd@ho st/rcb', /^usage: The address of the ledger cannot be read/],
    ['postgres://a:Pa55-w0rd@one,two/rcb', /^usage: .*more than one host/],
    ['postgres://a:Pa55-w0rd@db.example/rcb?sslmode=disable', /^usage: With sslmode=disable .*db\.example/],
    ['postgres://a@db.example/rcb?sslmode=no-verify&password=Pa55-w0rd', /^usage: With sslmode=no-verify/],
    ['postgres://a@db.example/rcb?sslmode=perhaps', /^usage: .*sslmode that is not known: "perhaps"/],
    ['postgres://a@db.example/rcb?sslrootcert=/nowhere/ca.pem', /^usage: .*sslrootcert names cannot be read/],
    [
      'postgres://a:Pa55-w0rd@nobody.invalid/rcb',
      /^api_unreachable: .*nobody\.invalid\/rcb.*its name is not known/,
    ],
  ])('is refused in words: %s', async (url, words) => {
    expect(await complaint(url)).toMatch(words);
  });

  test('is refused where nothing listens, or the environment asks for less than the wire needs', async () => {
    const url = `postgres://a:${secret}@127.0.0.1:${await freePort()}/rcb`;
    expect(await complaint(url)).toMatch(/^api_unreachable: .*nothing listens there/);
    const env = { PGSSLMODE: 'disable', PGHOST: 'db.example', PGPASSWORD: secret };
    expect(await complaint('postgres:///rcb', env)).toMatch(
      /^usage: With sslmode=disable .*db\.example\/rcb/,
    );
  });
});

describe('a database that is not fit for a ledger', () => {
  postgresTest('is named, with what to do about it', async () => {
    const url = await databaseForTest();
    expect(await complaint(`${url}?sslmode=verify-full`)).toMatch(/^usage: .*offers no TLS/);
    expect(await complaint(url.replace(/[^/]*$/, 'no_such'))).toMatch(
      /^usage: There is no database "no_such" at/,
    );
    const name = url.replace(/.*\//, '');
    await queried(url, `ALTER DATABASE ${name} SET synchronous_commit = off`);
    expect(await complaint(url)).toMatch(/^usage: .*synchronous_commit is off/);
    await queried(url, `ALTER DATABASE ${name} RESET synchronous_commit`, 'CREATE SCHEMA rcb');
    expect(await complaint(url)).toMatch(/^usage: .*has a schema "rcb" that is not of a ledger/);
    await queried(url, 'CREATE TABLE rcb.meta (id int)');
    expect(await complaint(url)).toMatch(/^usage: .*has a schema "rcb" that is not of a ledger/);
    await queried(
      url,
      'DROP SCHEMA rcb CASCADE',
      'DROP SCHEMA IF EXISTS rcb_queue CASCADE',
      'CREATE SCHEMA rcb_queue',
    );
    expect(await complaint(url)).toMatch(/^usage: .*has a schema "rcb_queue" that is not of a ledger/);
    await queried(url, 'DROP SCHEMA rcb_queue CASCADE');
    await (await openSharedRuns(url, {})).close();
    const meta = (key: string, value: number) =>
      queried(url, `UPDATE rcb.meta SET value = '${value}' WHERE key = '${key}'`);
    await meta('schema', 0);
    expect(await complaint(url)).toMatch(/^usage: .*made by an older runcomfy-batch \(its schema is 0/);
    await meta('schema', 99);
    await (await openSharedRuns(url, {})).close();
    await meta('lowest_program', 99);
    expect(await complaint(url)).toMatch(/^usage: .*made by a newer runcomfy-batch \(its schema is 99/);
    await meta('lowest_program', 1);
    await queried(url, 'UPDATE rcb_queue.version SET version = 99');
    expect(await complaint(url)).toMatch(/^usage: The queue .*made by a newer runcomfy-batch/);
    await queried(url, 'UPDATE rcb_queue.version SET version = 7');
    expect(await complaint(url)).toMatch(/^usage: The queue .*made by an older runcomfy-batch/);
  });

  postgresTest('is made ready once, by however many come at once', async () => {
    const url = await databaseForTest();
    const runs = await Promise.all([1, 2, 3, 4].map(() => openSharedRuns(url, {})));
    expect(new Set(runs.map(({ salt }) => salt)).size).toBe(1);
    await Promise.all(runs.map((each) => each.close()));
  });

  ownPostgresTest('is named where the server lets nobody in, or cannot prove who it is', async () => {
    const tls = (name: string) =>
      readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
    const server = await startPostgres({
      settings: { ssl: 'on' },
      files: {
        'server.crt': tls('certificate'),
        'server.key': tls('key'),
        'pg_hba.conf': `host all secret 127.0.0.1/32 scram-sha-256
hostssl all tlsonly 127.0.0.1/32 trust
hostnossl all tlsonly 127.0.0.1/32 reject
host all postgres,plain 127.0.0.1/32 trust
`,
      },
    });
    onTestFinished(() => server.close());
    const { url } = server;
    await queried(
      url,
      `CREATE ROLE secret LOGIN PASSWORD '${secret}'`,
      'CREATE ROLE tlsonly LOGIN',
      'CREATE ROLE plain LOGIN',
    );
    await queried(url, 'CREATE DATABASE ledger', 'GRANT CREATE ON DATABASE ledger TO secret');
    const ledger = url.replace(/[^/]*$/, 'ledger');
    expect(await complaint(withUser(ledger, 'secret', 'wrong'))).toMatch(
      /^token: .*does not let "secret" in/,
    );
    expect(await complaint(withUser(ledger, 'secret'))).toMatch(/^token: .*the password is wrong or missing/);
    expect(await complaint(withUser(ledger, 'tlsonly'))).toMatch(
      /^token: .*lets "tlsonly" in .* without TLS/,
    );
    expect(await complaint(withUser(ledger, 'plain'))).toMatch(/^usage: "plain" may not make the tables/);
    const file = new URL('../../fixtures/tls/certificate.pem', import.meta.url).pathname;
    const full = `?sslmode=verify-full`;
    expect(await complaint(withUser(ledger, 'secret', secret, full))).toMatch(
      /^usage: .*nobody known here has signed/,
    );
    expect(await complaint(withUser(ledger, 'secret', secret, `${full}&sslrootcert=${file}`))).toMatch(
      /^usage: .*its certificate is for another name/,
    );
    const ca = `?sslmode=verify-ca&sslrootcert=${file}`;
    const runs = await openSharedRuns(withUser(ledger, 'secret', '', ca), { PGPASSWORD: secret });
    expect(runs.address).not.toContain('secret');
    await runs.close();
    expect(await complaint(withUser(ledger, 'plain'))).toMatch(/^usage: "plain" may not do/);
    // As a standby that has not been promoted.
    await server.stop('fast');
    const standby = await startPostgres({ copyOf: server.data, files: { 'standby.signal': '' } });
    onTestFinished(() => standby.close());
    const there = standby.url.replace(/[^/]*$/, 'ledger');
    expect(await complaint(withUser(there, 'postgres'))).toMatch(/^usage: .*is a standby, which only reads/);
  });
});
