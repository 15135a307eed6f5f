import { expect } from 'vitest';
import { bouncerBefore, bouncerTest } from '../support/pgbouncer.ts';
import { databaseForTest } from '../support/postgres.ts';
import { queried } from '../support/postgres-server.ts';

bouncerTest('a bouncer in transaction mode stands before a database', async () => {
  const url = await bouncerBefore(await databaseForTest());
  expect(await queried(url, 'SELECT 7 AS n')).toEqual([{ n: 7 }]);
});
