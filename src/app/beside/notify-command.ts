import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realClock } from '../real-clock.ts';

const lastWordsMs = 300;

interface CommandWorld {
  readonly platform: NodeJS.Platform;
  /** For the command; holds no token. */
  readonly env: Record<string, string>;
  /** Ends a process group at once, by its leader. */
  readonly killGroup: (leader: number) => void;
  /** How long it may take, in ms. */
  readonly maxMs: number;
  /** Waits no longer. */
  readonly leaving: AbortSignal;
}

/**
 * Runs the user's own command by the system's shell, with JSON on its standard input. Resolves with what went wrong, as a
 * sentence without its subject, else with null. When its time is over it is killed with everything that it has started.
 */
export async function runNotifyCommand(
  command: string,
  json: string,
  world: CommandWorld,
): Promise<string | null> {
  const { platform, env, maxMs, leaving } = world;
  // A group of its own, so that all of it can be killed, and so that a Ctrl-C at the terminal is not meant for it.
  const child = spawn(command, {
    shell: true,
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: platform !== 'win32',
    windowsHide: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  // It need not read what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(json);
  const over = new AbortController();
  const tooLong = realClock.sleep(maxMs, AbortSignal.any([leaving, over.signal])).then(
    () => `took longer than ${maxMs / 1_000} seconds and was killed.`,
    () => (over.signal.aborted ? null : 'was killed.'),
  );
  const trouble = await Promise.race([endOf(child, () => said, over.signal), tooLong]);
  over.abort();
  if (child.exitCode === null && child.signalCode === null) endGroup(child, world);
  child.stderr.destroy();
  child.unref();
  return trouble;
}

/** What it has started may hold its output open for longer; whoever waits for it waits for the command alone. */
async function endOf(child: ChildProcess, said: () => string, over: AbortSignal): Promise<string | null> {
  const closed = once(child, 'close').catch(() => {});
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    // What was written last may still be on its way.
    await Promise.race([closed, realClock.sleep(lastWordsMs, over).catch(() => {})]);
    if (code === 0) return null;
    const last = said().trim().split('\n').at(-1) ?? '';
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    return last === '' ? `${how}.` : `${how}: ${last}`;
  } catch (error) {
    return `cannot be started: ${error instanceof Error ? error.message : error}`;
  }
}

function endGroup({ pid }: ChildProcess, { platform, env, killGroup }: CommandWorld): void {
  if (pid === undefined) return;
  if (platform !== 'win32') {
    killGroup(pid);
    return;
  }
  const root = env.SystemRoot ?? env.SYSTEMROOT ?? 'C:\\Windows';
  const args = ['/PID', String(pid), '/T', '/F'];
  spawn(`${root}\\System32\\taskkill.exe`, args, { stdio: 'ignore' }).on('error', () => {});
}
