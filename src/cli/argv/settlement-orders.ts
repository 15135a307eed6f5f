import { folderNamed } from '../../app/folder/chosen-folder.ts';
import type { Settlement } from '../../app/folder/settling.ts';
import { folderOf } from '../folders.ts';
import type { Call } from './call.ts';
import { texts } from './settings.ts';

/** What the user orders: ids of jobs (or the start of one), `JOB=REQUEST_ID`, or `all`. */
export type SettlementOrders = Readonly<Record<Settlement | 'adopt', readonly string[]>>;

/** Further words belong to the one order that is given: `--resubmit JOB JOB JOB`. */
export function settlementOrdersOf({ flags, words }: Call): {
  readonly dir: string;
  readonly orders: SettlementOrders;
} {
  const of = (name: Settlement | 'adopt'): string[] =>
    texts(flags, name).flatMap((given) => given.split(',').filter(Boolean));
  const orders = { adopt: of('adopt'), resubmit: of('resubmit'), 'write-off': of('write-off') };
  const given = Object.values(orders).filter((names) => names.length > 0);
  const [only] = given;
  const { dir, jobs } = folderNamed(words);
  // A folder that is misspelt must not become a job of the newest one.
  const areJobs = jobs.every((word) => /^[0-9a-f]{4,16}(=.+)?$/i.test(word));
  if (given.length !== 1 || only === undefined || only.includes('all') || !areJobs) {
    return { dir: folderOf(words), orders };
  }
  only.push(...jobs);
  return { dir: dir ?? folderOf([]), orders };
}
