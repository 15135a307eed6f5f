import { hostname } from 'node:os';
import { openToShare } from '../../src/store/mirror/folder-to-share.ts';
import { openMirror } from '../../src/store/mirror/opened-mirror.ts';

/** Makes the folder `from` that of runner ci-2 of a shared run, and `to` the mirror of another runner. */
export async function shareWith(from: string, to: string): Promise<void> {
  const folder = openToShare(from);
  const run = { address: 'postgres://ledger.example/rcb', run: 'cats', key: folder.key, planVersion: 1 };
  folder.beginHandover({ ...run, runner: 'ci-2' });
  const other = openMirror(to, { ...run, runner: hostname() });
  other.mirror.apply([...folder.changes('ci-2')], 'h1');
  other.amend({}, folder.plan);
  await other.ledger.close();
  folder.becomeMirror({ ...run, runner: 'ci-2' });
  await folder.close();
}
