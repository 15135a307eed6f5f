import pg from 'pg';
import { describe, expect, onTestFinished } from 'vitest';
import { databaseForTest, postgresTest } from '../support/postgres.ts';
import { queried } from '../support/postgres-server.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  return client;
}

describe('a wire to PostgreSQL', () => {
  let url: string;
  let proxy: TcpProxy;

  async function wired(): Promise<void> {
    url = await databaseForTest();
    proxy = await tcpProxy(url);
    onTestFinished(() => proxy.close());
    await queried(proxy.through(url), 'CREATE TABLE cat (n int)');
  }
  const cats = () => queried(url, 'SELECT n FROM cat ORDER BY n');

  postgresTest('that is cut fails at once, and works again when it is healed', async () => {
    await wired();
    const client = await connected(proxy.through(url));
    proxy.cut();
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(queried(proxy.through(url))).rejects.toThrow();
    proxy.heal();
    expect(await queried(proxy.through(url), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  postgresTest('that is dark tells nobody, and delivers when it is healed', async () => {
    await wired();
    const client = await connected(proxy.through(url));
    proxy.darken();
    const late = client.query('INSERT INTO cat VALUES (1)');
    const later = queried(proxy.through(url), 'INSERT INTO cat VALUES (2)');
    await queried(url, 'INSERT INTO cat VALUES (3)');
    expect(await cats()).toEqual([{ n: 3 }]);
    proxy.heal();
    await Promise.all([late, later]);
    expect(await cats()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  postgresTest('that is slow keeps the order', async () => {
    await wired();
    proxy.delay(20);
    const client = await connected(proxy.through(url));
    const { rows } = await client.query("SELECT n, repeat('x', 99) FROM generate_series(0, 4999) n");
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
  });

  postgresTest('can lose the answer to a commit, of the transactions that are meant', async () => {
    await wired();
    proxy.swallowCommits({ of: /VALUES \(2\)/ });
    const inserted = async (n: number): Promise<unknown> => {
      const client = await connected(proxy.through(url));
      await client.query('BEGIN');
      await client.query(`INSERT INTO cat VALUES (${n})`);
      return client.query('COMMIT');
    };
    await inserted(1);
    await expect(inserted(2)).rejects.toThrow();
    expect(proxy.swallowed()).toBe(1);
    await inserted(3);
    expect(await cats()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  postgresTest('can go silent instead, with the commit done', async () => {
    await wired();
    const client = await connected(proxy.through(url));
    proxy.swallowCommits({ becomes: 'silent' });
    let isAnswered = false;
    void client.query('BEGIN; INSERT INTO cat VALUES (1); COMMIT').then(
      () => (isAnswered = true),
      () => {},
    );
    await expect.poll(cats).toEqual([{ n: 1 }]);
    await expect.poll(() => proxy.swallowed()).toBe(1);
    expect(isAnswered).toBe(false);
  });

  postgresTest('can strike before a transaction arrives, or before its end is heard', async () => {
    await wired();
    for (const [side, nth, n] of [
      ['asked', 2, 1],
      // The first is the end of the login.
      ['answered', 2, 2],
    ] as const) {
      const struck = Promise.withResolvers<void>();
      proxy.strikeAt(side, nth, struck.resolve);
      void queried(proxy.through(url), `INSERT INTO cat VALUES (${n})`).catch(() => {});
      await struck.promise;
    }
    await expect.poll(cats).toEqual([{ n: 2 }]);
  });
});
