import { type LedgerReader, openReader, openReaderIfAny } from './reader.ts';

/**
 * Reads a run folder and closes its reader again, once the promise has settled where `read` returns one. Throws what
 * `openReader` throws.
 */
export function withReader<T>(dir: string, read: (reader: LedgerReader) => T): T {
  return closing(openReader(dir), read);
}

/** The same; null where `openReaderIfAny` finds nothing to read. */
export function withReaderIfAny<T>(dir: string, read: (reader: LedgerReader) => T): T | null {
  const reader = openReaderIfAny(dir);
  return reader && closing(reader, read);
}

function closing<T>(reader: LedgerReader, read: (reader: LedgerReader) => T): T {
  let answer: T;
  try {
    answer = read(reader);
  } catch (error) {
    reader.close();
    throw error;
  }
  if (answer instanceof Promise) return answer.finally(() => reader.close()) as T;
  reader.close();
  return answer;
}
