import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { syncFile, syncFolder } from '../files/durable-folders.ts';
import { privateFile } from '../files/plain-files.ts';
import { storageFault } from '../folder/storage-faults.ts';

/** A file of lines that is only appended to. */
interface CallbackLog {
  /** Resolves once neither a crash nor a power cut can lose the line. Rejects where it cannot be kept. */
  append(line: string): Promise<void>;
  /** Waits for what is being written. */
  close(): Promise<void>;
}

/** About a million callbacks. Whoever knows the secret address fills no disk. */
const maxLogBytes = 192 * 1024 * 1024;

/**
 * Opens the file, which it makes where there is none, private to the user. Lines that arrive together are written and
 * synced together. What a kill has cut off gets a line break of its own, so that it spoils no other line. Throws
 * UserError('output') for what cannot be opened, and for a link: it would be written to wherever that leads.
 */
export async function openCallbackLog(path: string, maxBytes = maxLogBytes): Promise<CallbackLog> {
  const file = opened(path);
  await syncFolder(dirname(path));
  let waiting: { readonly line: string; done(error: unknown): void }[] = [];
  let work: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      let failed: unknown = null;
      try {
        await write(Buffer.from(batch.map(({ line }) => line).join('')));
      } catch (error) {
        failed = error;
      }
      for (const { done } of batch) done(failed);
    }
    // At once, so that whatever is appended next begins another round.
    work = null;
  }

  async function write(bytes: Buffer): Promise<void> {
    const size = endedWhole(file);
    if (size + bytes.length > maxBytes) throw new Error(`${path} is full.`);
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    await syncFile(file);
  }

  return {
    append: (line) =>
      new Promise((resolve, reject) => {
        waiting.push({ line, done: (error) => (error === null ? resolve() : reject(error)) });
        work ??= writeAll();
      }),
    async close() {
      while (work !== null) await work;
      closeSync(file);
    },
  };
}

/** The size of the file, once its last line has an end. */
function endedWhole(file: number): number {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  if (size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 0x0a)) return size;
  return size + writeSync(file, '\n');
}

function opened(path: string): number {
  const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let file: number;
  try {
    file = openSync(path, O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, privateFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw refused(path, 'a link');
    throw storageFault(error, path);
  }
  const found = fstatSync(file);
  if (found.isFile() && found.nlink === 1) return file;
  closeSync(file);
  throw refused(path, found.isFile() ? 'a file with other names' : 'not a plain file');
}

function refused(path: string, what: string): UserError {
  return new UserError(
    'output',
    `${path} is ${what}: callbacks are written only into a plain file of that name.`,
    'Remove it, or name another file with --file.',
  );
}
