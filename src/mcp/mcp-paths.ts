import { lstatSync, realpathSync } from 'node:fs';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { UserError } from '../core/complaints.ts';

/** Where a client of the server may read and write. */
export interface McpPaths {
  /** The path as the working directory has it. Throws `UserError` (`usage`) where it leads outside, through a link too. */
  inside(path: string): string;
  /** The same for a list of rows, which must be a plain file of a kind that names no other files. */
  list(path: string): string;
}

// A sweep may name inputs and folders of its own.
const lists: ReadonlySet<string> = new Set(['.csv', '.tsv', '.jsonl', '.ndjson', '.txt', '.xlsx']);

/** `roots`: folders, of which paths must lie below one. */
export function mcpPaths(roots: readonly string[]): McpPaths {
  const real = roots.map((root) => realpathSync(root));
  function inside(path: string): string {
    if (path === '' || path.includes('\0')) throw new UserError('usage', 'A path is empty.', 'Give a path.');
    const whole = resolve(path);
    const place = realpathOfExisting(whole);
    if (!real.some((root) => place === root || place.startsWith(root.endsWith(sep) ? root : root + sep))) {
      throw new UserError(
        'usage',
        `"${path}" lies outside of the folders that this server may use.`,
        `Use a path below ${real.join(' or ')}, or start the server with --root.`,
      );
    }
    const near = relative('', whole);
    return near === '' || near.startsWith('..') ? whole : near;
  }
  return {
    inside,
    list(path) {
      if (/^[a-z][a-z0-9+.-]+:/i.test(path) || !lists.has(extname(path).toLowerCase())) {
        const hint = `Give a file that ends in ${[...lists].join(', ')}, or give rows.`;
        throw new UserError('usage', `"${path}" is not a list that this server reads.`, hint);
      }
      const place = inside(path);
      if (lstatSync(realpathOfExisting(resolve(place)), { throwIfNoEntry: false })?.isFile() === true) {
        return place;
      }
      throw new UserError('input', `There is no file ${path}.`, 'Give the path of a file, or give rows.');
    },
  };
}

/** The real path, as far as there is anything. */
function realpathOfExisting(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    // A link that leads nowhere could come to lead anywhere.
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (parent === path || isLink) throw error;
    return resolve(realpathOfExisting(parent), relative(parent, path));
  }
}
