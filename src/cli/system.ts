import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../core/environment.ts';

type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

type InputStream = Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown };

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What a terminal sends for Ctrl-C, Ctrl-Z and Ctrl-\. */
type TerminalSignal = 'SIGINT' | 'SIGTSTP' | 'SIGQUIT';

/** What the process lends to the program: nothing below `main.ts` reaches for it by itself. */
export interface System {
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly pid: number;
  /** What this program is run by and the file that it begins with, to run it once more as a process of its own. */
  readonly execPath: string;
  readonly mainPath: string;
  /** `26.10.0` */
  readonly nodeVersion: string;
  /** Ends the process at once, whatever it is at: for one that nobody waits for any more. */
  exit(code: number): void;
  /** Returns what takes the listener off again. */
  onSignal(name: SignalName | 'SIGCONT', listener: () => void): () => void;
  /** Sends it to this process and those that a shell started with it, such as the others of a pipeline. */
  signalGroup(name: TerminalSignal): void;
  /** Ends a group of other processes at once, by its leader. Not on Windows, which has none. */
  killGroup(leader: number): void;
}
