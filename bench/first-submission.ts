import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { cpuMsOf, type Taken } from './measured-process.ts';
import { main } from './measured-rcb.ts';

/**
 * From the start of a run to its first submission, upon which the run is killed. Its API must be a simulator in this
 * process.
 */
export async function toFirstSubmission(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Pick<Taken, 'ms' | 'cpuMs'>> {
  const startedAt = performance.now();
  const run = spawn(process.execPath, [main, 'run', ...args], { cwd, env, stdio: 'ignore' });
  const ended = once(run, 'exit');
  const submitted = Promise.withResolvers<Pick<Taken, 'ms' | 'cpuMs'>>();
  const isPost = (message: unknown): boolean =>
    (message as { readonly request: IncomingMessage }).request.method === 'POST';
  const onRequest = (message: unknown): void => {
    if (!isPost(message)) return;
    submitted.resolve({ ms: performance.now() - startedAt, cpuMs: cpuMsOf(run.pid as number) });
  };
  subscribe('http.server.request.start', onRequest);
  try {
    return await Promise.race([
      submitted.promise,
      ended.then(() => Promise.reject(new Error('The run has ended without a submission.'))),
    ]);
  } finally {
    unsubscribe('http.server.request.start', onRequest);
    run.kill('SIGKILL');
    await ended;
  }
}
