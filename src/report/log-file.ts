import { closeSync, constants, openSync, readlinkSync, writeSync } from 'node:fs';
import { UserError } from '../core/complaints.ts';

/** A file that lines are appended to, each before the call returns. A write that fails harms nobody. */
interface LogFile {
  /** What cannot be written now is tried again before the next line, up to a limit. */
  write(line: string): void;
  close(): void;
  /** Why lines are missing, as a sentence; null while none are. */
  trouble(): string | null;
}

// The most that waits in memory while the disk accepts no writes. The ledger is the truth, not the log.
const maxWaitingBytes = 1 << 20;

// Never follow a planted link. Windows lacks this flag, but there only administrators can create links.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/**
 * Throws UserError('output') if it cannot be opened. Own code: pino's own destination cannot refuse a planted link, and
 * a line that it is handed cannot be searched for secrets as a whole.
 */
export function openLogFile(path: string): LogFile {
  const file = opened(path);
  let waiting: Buffer | null = null;
  let trouble: string | null = null;

  function missing(why: string): void {
    trouble ??= `Lines are missing from ${path}: ${why}`;
  }

  function append(bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written);
      waiting = null;
    } catch (error) {
      waiting = bytes.subarray(written);
      if (!isBusy(error)) missing((error as Error).message);
    }
  }

  return {
    write(line) {
      const bytes = Buffer.from(line);
      if (waiting === null) append(bytes);
      else if (waiting.length + bytes.length > maxWaitingBytes) missing('the disk was not accepting writes.');
      else append(Buffer.concat([waiting, bytes]));
    },
    close() {
      if (waiting !== null) append(waiting);
      if (waiting !== null) missing('the disk was not accepting writes.');
      closeSync(file);
    },
    trouble: () => trouble,
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}

function opened(path: string): number {
  try {
    return openOwn(path);
  } catch (cause) {
    throw new UserError(
      'output',
      `Cannot write the log ${path}: ${(cause as Error).message}`,
      'Choose another folder with --out, or make this one writable.',
      cause,
    );
  }
}

function openOwn(path: string): number {
  try {
    return openSync(path, appending, 0o600);
  } catch (error) {
    if (discarding.has(linkAt(path))) return openSync(path, 'a');
    throw error;
  }
}

// A log that is linked to nowhere is linked on purpose.
const discarding: ReadonlySet<string | null> = new Set(['/dev/null', '/dev/full']);

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
