import { type ChildProcess, spawn } from 'node:child_process';
import type { Environment } from '../../core/environment.ts';
import { powershellIn } from './desktop.ts';

/** Keeps the machine from falling asleep. */
export interface Awake {
  /** How it is kept awake; null: it is not, for lack of a means. */
  readonly by: Promise<string | null>;
  release(): void;
}

interface AwakeWorld {
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  /** For the child; holds no token. */
  readonly env: Record<string, string>;
}

interface Means {
  readonly program: string;
  readonly args: readonly string[];
  /** It says `held` once it holds the machine awake; else it does so as soon as it runs. */
  readonly answers: boolean;
}

/**
 * Starts the platform's own program for that, in a session of its own: a Ctrl-C is not meant for it. It ends with its
 * standard input, which the system closes even if this process is killed (`caffeinate` watches the process itself).
 */
export function keepAwake({ platform, pid, env }: AwakeWorld): Awake {
  const means = meansOf(platform, pid, env);
  if (means === null) return { by: Promise.resolve(null), release() {} };
  const child = spawn(means.program, means.args, {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: platform !== 'win32',
    windowsHide: true,
  });
  child.unref();
  for (const stream of [child.stdin, child.stdout]) stream.on('error', () => {});
  unheld(child.stdin);
  unheld(child.stdout);
  child.stdin.write(`${heldWord}\n`);
  return {
    by: isHeld(child, means).then((held) => (held ? means.program : null)),
    release() {
      child.stdin.destroy();
      child.stdout.destroy();
      child.kill();
    },
  };
}

const heldWord = 'held';

function isHeld(child: ChildProcess, { answers }: Means): Promise<boolean> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', () => resolve(false));
    if (answers) child.stdout?.on('data', () => resolve(true));
    else child.on('spawn', () => resolve(true));
  });
}

/** Does not keep this process alive. */
function unheld(stream: unknown): void {
  (stream as { unref?(): void }).unref?.();
}

function meansOf(platform: NodeJS.Platform, pid: number, env: Environment): Means | null {
  switch (platform) {
    case 'linux': {
      // `cat` gives the word back, which it does not get before the lock is taken.
      const why = ['--what=idle:sleep', '--mode=block', '--who=rcb', '--why=A run of rcb is under way'];
      return { program: 'systemd-inhibit', args: [...why, 'cat'], answers: true };
    }
    case 'darwin':
      return { program: 'caffeinate', args: ['-i', '-w', String(pid)], answers: false };
    case 'win32': {
      const args = ['-NoProfile', '-NonInteractive', '-Command', windowsScript];
      return { program: powershellIn(env), args, answers: true };
    }
    default:
      return null;
  }
}

// ES_CONTINUOUS | ES_SYSTEM_REQUIRED, for as long as this thread lives.
const windowsScript = `
$api = Add-Type -PassThru -Name Power -Namespace Rcb -MemberDefinition '[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint state);'
if ($api::SetThreadExecutionState([uint32]"0x80000001") -ne 0) { [Console]::Out.WriteLine('held') }
[void][Console]::In.ReadToEnd()
`;
