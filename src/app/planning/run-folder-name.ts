import { basename, extname, join } from 'node:path';
import { slug } from '../../core/path-text.ts';
import type { Sweep } from '../../core/sweep.ts';
import { outRoot } from '../folder/chosen-folder.ts';
import type { BatchRequest } from '../request.ts';
import { homeOfManifest } from './own-manifests.ts';

/** What a run folder can be called after. */
interface Named {
  readonly files: readonly string[];
  /** Of the first file, where it is a folder, a pattern or a link. */
  readonly title: string | null;
  readonly from: readonly string[];
  readonly sweep: Pick<Sweep, 'name' | 'outDir'> | null;
}

/**
 * The run folder of these inputs: the one asked for, else `out/<input name>`, but the own folder of a manifest, so that nothing of it
 * is paid for again; a rehearsal has one of its own, and so has each shard.
 */
export function runFolder(
  { out, rehearse, usual, shard = null }: Pick<BatchRequest, 'out' | 'rehearse' | 'usual' | 'shard'>,
  batch: Named,
  prompt: string | null,
): string {
  const [only, ...others] = batch.files;
  const home = only !== undefined && others.length === 0 ? homeOfManifest(only) : null;
  const own = (): string => folderName(batch, prompt);
  const usually = batch.sweep?.outDir ?? usual.out?.replaceAll('{input}', own) ?? join(outRoot, own());
  const part = shard === null ? '' : `-${shard.number}-of-${shard.of}`;
  const meant = out ?? (batch.sweep?.outDir ? null : home);
  const bare = meant === null ? `${bareOf(usually)}${part}` : bareOf(meant);
  return rehearse ? `${bare}-rehearsal` : bare;
}

function bareOf(path: string): string {
  return path.replace(/[/\\]+$/, '') || path;
}

function folderName({ files, title, from, sweep }: Named, prompt: string | null): string {
  if (sweep?.name) return slug(sweep.name);
  if (title !== null) return slug(title);
  const [first] = [...files, ...from];
  if (first === undefined) return slug(prompt ?? 'batch');
  if (first === '-') return 'stdin';
  // `prompts.csv.gz`, and `prompts.xlsx#Animals`.
  const [, book, sheet] = /^(.+)\.xls[xm]#(.+)$/i.exec(first) ?? [];
  if (book !== undefined) return slug(`${basename(book)}-${sheet}`);
  const name = basename(first).replace(/(\.[a-z]+)\.gz$/i, '$1');
  return slug(basename(name, extname(name)));
}
