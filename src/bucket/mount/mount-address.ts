import { isAbsolute, join, parse, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UserError } from '../../core/complaints.ts';
import { isKeyPart, runPlaceholder } from '../bucket-address.ts';

/** A folder that all machines see under the same path, such as a network disk. */
export interface MountAddress {
  /** Absolute, without a separator at its end. */
  readonly folder: string;
}

// Systems take 4,096 at most, and the path of a file follows.
const maxFolderBytes = 1_000;

/** Whether a text means a folder, well written or not. */
export function isMount(text: string): boolean {
  const trimmed = text.trim();
  return /^file:/i.test(trimmed) || isAbsolute(trimmed);
}

/** An absolute path, or a `file:` URL; `{run}` in it is the name of the run folder. Throws `UserError` (`usage`). */
export function mountAddress(text: string, run: string): MountAddress {
  const trimmed = text.trim();
  const shown = /^file:[^@]*@/i.test(trimmed) ? 'The place' : `The place ${JSON.stringify(trimmed)}`;
  const refused = (why: string): UserError =>
    new UserError(
      'usage',
      `${shown} ${why}.`,
      'Give it as an absolute path such as /mnt/results/{run}, or as file:///mnt/results/{run}.',
    );
  const path = /^file:/i.test(trimmed) ? pathIn(trimmed, refused) : trimmed;
  const { root } = parse(path);
  const rest = path.slice(root.length).replaceAll(runPlaceholder, run);
  const parts = (sep === '\\' ? rest.replaceAll('/', sep) : rest).split(sep);
  if (parts.at(-1) === '') parts.pop();
  if (parts.length === 0) throw refused('is no folder of its own');
  if (!parts.every(isKeyPart)) throw refused('has an empty part, a part of dots, or control characters');
  const folder = join(root, ...parts);
  if (!folder.isWellFormed() || Buffer.byteLength(folder) > maxFolderBytes) throw refused('is too long');
  return { folder };
}

function pathIn(text: string, refused: (why: string) => UserError): string {
  if (!/^file:\/(?!\/)|^file:\/\/[^/]*\//i.test(text)) throw refused('is not an absolute file: URL');
  if (/[?#\\]/.test(text)) throw refused('must not contain a query, a fragment or a backslash');
  // These would be gone once it is read as a URL.
  const isOdd = /[\p{Cc}\p{Cf}]/u.test(text) || /\/(\.|%2e)+(\/|$)/i.test(text);
  if (isOdd) throw refused('has an empty part, a part of dots, or control characters');
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.port !== '') throw refused('is not a file: URL');
  if (url.hostname !== '' && sep === '/') {
    throw refused('names another machine: mount its folder, and name the path that it has here');
  }
  try {
    return fileURLToPath(url);
  } catch {
    throw refused('is not the file: URL of a folder of this machine');
  }
}

/** For people, and to find it again: `file:///mnt/cats/files/a.png`. */
export function mountText({ folder }: MountAddress, path: string | null = null): string {
  return pathToFileURL(path === null ? folder : join(folder, ...path.split('/'))).href;
}

/** Where a file with this path lies, if `object` is its address; null: it is not one that this program writes. */
export function mountOf(object: string, path: string): MountAddress | null {
  try {
    const { folder } = mountAddress(object, runPlaceholder);
    const end = join(sep, ...path.split('/'));
    const found = folder.endsWith(end) ? { folder: folder.slice(0, -end.length) } : null;
    return found !== null && mountText(found, path) === object ? found : null;
  } catch {
    return null;
  }
}
