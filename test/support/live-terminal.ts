import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { quoted } from '../../src/core/shell-words.ts';
import { main } from './command-line.ts';

/** A program on a terminal of its own, of 100 columns and 30 rows, on which the test types. */
export interface LiveTerminal {
  /** Keys, as a keyboard sends them. */
  type(keys: string): void;
  /**
   * Resolves once the terminal has shown this, since the last text that was waited for. Escape sequences are left out,
   * unless `raw`.
   */
  shows(text: string | RegExp, raw?: 'raw'): Promise<void>;
  /** Resolves once this stands in the last rows of the screen, whenever it was written. */
  displays(text: RegExp): Promise<void>;
  /** All that it has shown, escape sequences included. */
  written(): string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

interface Setting {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built program on a terminal (`script` of util-linux makes it). */
export function rcbOnTerminal(args: readonly string[], setting: Setting): LiveTerminal {
  return onTerminal(`exec ${[process.execPath, main, ...args].map(quoted).join(' ')}`, setting);
}

/** Runs a line of the shell on a terminal. */
export function onTerminal(line: string, { cwd, env = {} }: Setting): LiveTerminal {
  const child = spawn('script', ['-qefc', `stty cols 100 rows 30; ${line}`, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, TERM: 'xterm', SHELL: '/bin/sh', LANG: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  onTestFinished(() => end(child));
  let [shown, seen] = ['', 0];
  const screen = growingScreen();
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    screen.write(text);
    for (const check of [...waiting]) check();
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code));
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    for (const check of [...waiting]) check();
  });

  function shows(text: string | RegExp, raw?: 'raw'): Promise<void> {
    return new Promise((resolve, reject) => {
      function check(): void {
        const fresh = shown.slice(seen);
        const plain = raw === undefined ? plainly(fresh) : fresh;
        const isThere = typeof text === 'string' ? plain.includes(text) : text.test(plain);
        if (!isThere && !isOver) return;
        waiting.delete(check);
        if (isThere) {
          seen = shown.length;
          resolve();
        } else reject(new Error(`It ended without showing ${text}:\n${plainly(shown)}`));
      }
      waiting.add(check);
      check();
    });
  }

  function displays(text: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      function check(): void {
        const isThere = text.test(screen.lastRows());
        if (!isThere && !isOver) return;
        waiting.delete(check);
        if (isThere) resolve();
        else reject(new Error(`It ended without displaying ${text}:\n${screen.lastRows()}`));
      }
      waiting.add(check);
      check();
    });
  }

  return {
    type: (keys) => void child.stdin.write(keys),
    shows,
    displays,
    written: () => shown,
    child,
    ended,
  };
}

/** Without escape sequences. */
export function plainly(text: string): string {
  return text.replace(/\u001b(?:\[[\d;?]*[A-Za-z]|\][^\u0007]*\u0007|P.*?\u001b\\)/g, '');
}

const shownRows = 12;

/** A screen as long as it takes: enough of a terminal for what a display and a shell write. */
function growingScreen(): { write(text: string): void; lastRows(): string } {
  const rows: string[] = [''];
  let [row, column, unread] = [0, 0, ''];
  function put(character: string): void {
    const line = (rows[row] ?? '').padEnd(column);
    rows[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  }
  function obey(amount: string, order: string): void {
    const count = Number(amount || 1);
    if (order === 'A') row = Math.max(0, row - count);
    else if (order === 'B') row += count;
    else if (order === 'G') column = count - 1;
    else if (order === 'J') rows.splice(row + 1);
    else if (order === 'K') rows[row] = amount === '2' ? '' : (rows[row] ?? '').slice(0, column);
  }
  return {
    write(text) {
      const all = unread + text;
      // A sequence may come in two parts.
      unread = /\u001b(?:\[[\d;?]*|\][^\u0007]*|P[^\u001b]*)?$/.exec(all)?.[0] ?? '';
      const sequences = /\u001b\[([\d;?]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|\u001bP.*?\u001b\\|[^\u001b]/gs;
      for (const [token, amount = '', order] of all
        .slice(0, all.length - unread.length)
        .matchAll(sequences)) {
        if (order !== undefined) obey(amount, order);
        else if (token === '\n') row += 1;
        else if (token === '\r') column = 0;
        else if (token >= ' ' && token.length === 1) put(token);
      }
      rows[row] ??= '';
    },
    lastRows: () => rows.slice(-shownRows).join('\n'),
  };
}

/** `script`, and whatever runs on its terminal, which hangs up. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = Promise.withResolvers<void>();
  child.once('close', () => closed.resolve());
  process.kill(-child.pid, 'SIGKILL');
  await closed.promise;
}
