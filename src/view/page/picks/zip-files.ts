import { makeZip, predictLength } from 'client-zip';
import type { NamedFile } from './zip-names.ts';

/** A file as the user has let the page read it: its path begins with the name of the folder that was chosen. */
interface ChosenFile {
  readonly path: string;
  readonly file: File;
}

export interface FoundFiles {
  readonly found: readonly (NamedFile & { readonly file: File })[];
  readonly missing: readonly NamedFile[];
  /** Files of another size than when the run saved them. */
  readonly changed: number;
}

const triedFiles = 50;

/** Finds files in a folder that may be the run folder, one around it, or its folder `files`. */
export function findFiles(wanted: readonly NamedFile[], chosen: readonly ChosenFile[]): FoundFiles {
  const byPath = new Map(chosen.map(({ path, file }) => [path, file]));
  const base = baseOf(wanted, byPath);
  const found: (NamedFile & { file: File })[] = [];
  const missing: NamedFile[] = [];
  for (const each of wanted) {
    const file = base === null ? undefined : byPath.get(`${base}${each.path}`);
    if (file === undefined) missing.push(each);
    else found.push({ ...each, file });
  }
  return { found, missing, changed: found.filter(({ file, bytes }) => file.size !== bytes).length };
}

/** Where the run folder is in the chosen one, with a `/` at its end: where most files are, of these the sizes fitting. */
function baseOf(wanted: readonly NamedFile[], chosen: ReadonlyMap<string, File>): string | null {
  const byName = new Map<string, NamedFile[]>();
  for (const each of wanted.slice(0, triedFiles)) {
    const name = each.path.slice(each.path.lastIndexOf('/') + 1);
    byName.set(name, [...(byName.get(name) ?? []), each]);
  }
  const votes = new Map<string, number>();
  for (const [path, file] of chosen) {
    for (const each of byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? []) {
      if (path !== each.path && !path.endsWith(`/${each.path}`)) continue;
      const base = path.slice(0, path.length - each.path.length);
      votes.set(base, (votes.get(base) ?? 0) + (file.size === each.bytes ? 1.1 : 1));
    }
  }
  const [best] = [...votes].sort(([a, some], [b, more]) => more - some || a.length - b.length);
  return best?.[0] ?? null;
}

/** The zip file, made while it is read, and its length in bytes. `onBytes` hears how much of it has been read. */
export function zipOf(
  files: FoundFiles['found'],
  picksJson: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): { readonly stream: ReadableStream<Uint8Array>; readonly bytes: number } {
  const picks = { name: 'picks.json', input: picksJson };
  const size = new TextEncoder().encode(picksJson).length;
  const bytes = predictLength([
    { name: picks.name, size },
    ...files.map(({ name, file }) => ({ name, size: file.size })),
  ]);
  function* entries() {
    yield picks;
    for (const { name, file } of files)
      yield { name, input: file, lastModified: new Date(file.lastModified) };
  }
  let read = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      signal.throwIfAborted();
      read += chunk.byteLength;
      onBytes(read);
      controller.enqueue(chunk);
    },
  });
  return { stream: makeZip(entries()).pipeThrough(counted), bytes: Number(bytes) };
}
