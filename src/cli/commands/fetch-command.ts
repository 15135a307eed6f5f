import { orderRefetch, type RefetchFact } from '../../app/folder/refetching.ts';
import { orderedLedger } from '../../app/folder/with-ledger.ts';
import { runPolicy } from '../../app/policies.ts';
import { noneMissing } from '../../app/running/done-files.ts';
import { withFolderApi } from '../../app/running/folder-api.ts';
import { countOf } from '../../core/counts.ts';
import type { JobId } from '../../core/job/job.ts';
import { quoted } from '../../core/shell-words.ts';
import { expiredText } from '../../report/folder/expiry-text.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { runPoliciesOf } from '../argv/run-policies.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { runSession } from '../folder-session.ts';
import { folderOf } from '../folders.ts';
import { outputOf } from '../output.ts';
import type { System } from '../system.ts';

/**
 * `rcb fetch [DIR] [--verify]`: collects what is missing, damaged or lost, and reads results again that held nothing.
 * Never submits.
 */
export async function fetchCommand({ flags, words, place }: Call, system: System): Promise<number> {
  // It submits nothing, so nothing caps it.
  const policy = runPolicy(runPoliciesOf(flags), {});
  const output = outputOf(flags, system);
  const dir = folderOf(words);
  const accessRequest = accessRequestOf(flags, system);
  return withFolderApi(dir, accessRequest, truth(flags, 'rehearse'), async (api) => {
    let expired: ReadonlySet<JobId> = new Set();
    const tell = (fact: RefetchFact): void => {
      if (fact.type === 'expired') expired = fact.jobs;
      for (const sentence of refetchSentences(fact, dir)) output.say(`${sentence}\n`);
    };
    const ordered = await orderedLedger(
      dir,
      (ledger) => orderRefetch(ledger, api, truth(flags, 'verify'), tell, system.env),
      place,
    );
    if (ordered === null) return exitCodes.done;
    const start = { ledger: ordered.ledger, missing: noneMissing, expired };
    const goOn = `rcb fetch ${quoted(dir)}`;
    const session = { start, access: ordered.given, accessRequest, policy, flags, output, system, goOn };
    return runSession({ ...session, collectsOnly: true });
  });
}

function* refetchSentences(fact: RefetchFact, dir: string): Iterable<string> {
  switch (fact.type) {
    case 'damaged':
      yield `${fact.path} is ${fact.isMissing ? 'missing' : 'not what was saved'}.`;
      return;
    case 'object':
      yield `${fact.object} is ${fact.isMissing ? 'no longer there' : 'not what was put there'}.`;
      return;
    case 'checked': {
      const { files, damaged, verified } = fact;
      const how = verified ? 'verified by SHA-256' : 'checked; --verify also compares SHA-256';
      const verdict =
        damaged === 0 ? 'all are intact' : `files of ${countOf(damaged, 'job')} are downloaded again`;
      yield `${countOf(files, 'file')} ${how}: ${verdict}.`;
      return;
    }
    case 'asked': {
      const { found, gone, unheard } = fact;
      const them = gone === 1 ? 'it' : 'them';
      const retry = `rcb retry ${plainText(quoted(dir))}`;
      if (found > 0) yield `The server knows ${countOf(found, 'lost job')} again.`;
      if (gone > 0)
        yield `The server still does not know ${countOf(gone, 'lost job')}. ${retry} submits ${them} again, at a charge.`;
      if (unheard > 0) yield `${countOf(unheard, 'lost job')} could not be checked.`;
      return;
    }
    case 'expired':
      yield `${expiredText(fact.jobs.size)} rcb retry ${plainText(quoted(dir))} submits again what is gone, at a charge.`;
      return;
    case 'read_again':
      yield `Reading the ${fact.jobs === 1 ? 'result of 1 job' : `results of ${fact.jobs} jobs`} without output again.`;
      return;
  }
}
