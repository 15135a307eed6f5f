import { createServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test learns the URL of the run's PostgreSQL. */
    postgresPort: number;
  }
}

/** One PostgreSQL for all of a test run, which starts when the first test asks for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | null = null;
  const door = createServer((socket) => {
    socket.on('error', () => {});
    server ??= startPostgres();
    server.then(
      ({ url }) => socket.end(JSON.stringify({ url })),
      (error) => socket.end(JSON.stringify({ failed: String(error) })),
    );
  });
  const open = Promise.withResolvers<void>();
  door.listen(0, '127.0.0.1', open.resolve);
  await open.promise;
  const address = door.address();
  if (address === null || typeof address === 'string') throw new Error('The door has no port.');
  project.provide('postgresPort', address.port);
  return async () => {
    door.close();
    await server?.then((each) => each.close()).catch(() => {});
  };
}
