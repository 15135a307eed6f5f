import { type SettledByCallback, settleFolder } from '../../app/callbacks/settling-callbacks.ts';
import { type Adopted, adoptOffered, adoptPairs } from '../../app/folder/adoption.ts';
import { type Settlement, type Settling, settle, settlingOf } from '../../app/folder/settling.ts';
import { unknownIn } from '../../app/folder/unknown-rows.ts';
import { withLedger } from '../../app/folder/with-ledger.ts';
import { realClock } from '../../app/real-clock.ts';
import { type FolderApi, withFolderApi } from '../../app/running/folder-api.ts';
import { rewriteManifests } from '../../app/running/manifests.ts';
import { ceilingUsd } from '../../app/spending-ceiling.ts';
import type { Estimator } from '../../core/money/estimator.ts';
import { quoted } from '../../core/shell-words.ts';
import { adoptedText, heardText, settledText } from '../../report/folder/settlement-text.ts';
import { unknownJson } from '../../report/folder/unknown-json.ts';
import { type UnknownView, unknownText } from '../../report/folder/unknown-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flag-names.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { texts, truth } from '../argv/settings.ts';
import { type SettlementOrders, settlementOrdersOf } from '../argv/settlement-orders.ts';
import { agreesToSettle } from '../confirm.ts';
import { exitCodes } from '../exit.ts';
import { outputOf } from '../output.ts';
import { refreshPage } from '../page-beside.ts';
import type { System } from '../system.ts';

const settlements = ['resubmit', 'write-off'] as const satisfies readonly Settlement[];

/** `rcb reconcile [DIR]`: shows the submissions of unknown outcome, and settles them as ordered. */
export async function reconcileCommand(call: Call, system: System): Promise<number> {
  const { flags } = call;
  const { dir, orders } = settlementOrdersOf(call);
  // The next run submits them again, and would refuse to.
  if (orders.resubmit.length > 0) ceilingUsd(system.env);
  const isOrdered = Object.values(orders).some((names) => names.length > 0);
  return withFolderApi(dir, accessRequestOf(flags, system), truth(flags, 'rehearse'), async (api) => {
    const heard = await takeUpHeard(dir, api, call, system);
    if (isOrdered && !(await carryOut(dir, orders, api, call, system))) return exitCodes.usage;
    const { accepted, contested } = heard;
    const settled = { estimator: api.estimator(), isOrdered: isOrdered || accepted.length > 0, contested };
    return show(dir, settled, flags, system);
  });
}

/** What callbacks tell of is settled before anything is ordered, above all before anything is sent again. */
async function takeUpHeard(
  dir: string,
  { access: { provider } }: FolderApi,
  { flags, place }: Call,
  system: System,
): Promise<SettledByCallback> {
  const files = texts(flags, 'callbacks');
  const heard = await settleFolder(dir, { provider, files, at: realClock.now() }, place);
  const told = truth(flags, 'json') ? system.stderr : system.stdout;
  told.write(heardText(heard, dir, heard.isBusy === true));
  if (heard.accepted.length > 0) {
    await rewriteManifests(dir);
    await refreshPage(dir, outputOf({}, system), system);
  }
  return heard;
}

/** false: the user did not agree to it. */
async function carryOut(
  dir: string,
  orders: SettlementOrders,
  api: FolderApi,
  { flags, place }: Call,
  system: System,
): Promise<boolean> {
  const told = truth(flags, 'json') ? system.stderr : system.stdout;
  const tellAdopted = (adopted: Adopted): void => void told.write(adoptedText(adopted, dir));
  const mayDo = async (settlement: Settlement, settling: Settling): Promise<boolean> =>
    !settling.needsConsent || truth(flags, 'yes') || agreesToSettle(settlement, settling.stake, system);
  const estimator = api.estimator();
  const isAgreed = await withLedger(
    dir,
    async (ledger) => {
      const pairs = orders.adopt.filter((name) => name !== 'all');
      if (pairs.length > 0) tellAdopted(await adoptPairs(ledger, pairs, await api.agreed()));
      if (orders.adopt.includes('all')) tellAdopted(await adoptOffered(ledger, api));
      for (const settlement of settlements) {
        if (orders[settlement].length === 0) continue;
        const settling = settlingOf(ledger, settlement, orders[settlement], api, estimator);
        if (!(await mayDo(settlement, settling))) return false;
        await settle(ledger, settlement, settling);
        told.write(
          settledText(settlement, { jobs: settling.jobs.length, unplanned: settling.unplanned }, dir),
        );
      }
      return true;
    },
    place,
  );
  if (!isAgreed) return false;
  await rewriteManifests(dir);
  await refreshPage(dir, outputOf({}, system), system);
  return true;
}

// Beside the rows there are some lines that say what to do.
const linesAround = 16;
const rowsWithoutTerminal = 20;

interface Shown extends Pick<SettledByCallback, 'contested'> {
  readonly estimator: Estimator;
  /** Something was done about them. */
  readonly isOrdered: boolean;
}

function show(
  dir: string,
  { estimator, isOrdered, contested }: Shown,
  flags: Flags,
  { stdout, stderr, env }: System,
): number {
  const terminal = terminalOf(stdout, env);
  const height = terminal.stream.isTTY ? (terminal.stream.rows ?? 0) - linesAround : rowsWithoutTerminal;
  const see = truth(flags, 'json')
    ? (view: UnknownView) => void stdout.write(jsonLine({ ...unknownJson(view), callback_ids: idsOf(view) }))
    : null;
  const ids = new Map(contested.map((each) => [each.job as string, each.ids]));
  const idsOf = ({ job }: UnknownView): readonly string[] => ids.get(job) ?? [];
  const { counts, overview } = unknownIn(dir, estimator, Math.max(5, height), see);
  // What was done about the last of them has been said.
  const isNews = !isOrdered || counts.unknown > 0;
  if (see === null && isNews) stdout.write(unknownText(overview, quoted(dir), terminal));
  if (counts.unknown > 0) return exitCodes.unknown_submits;
  if (counts.pending + counts.queued > 0) {
    stderr.write(`Continue with: rcb resume ${plainText(quoted(dir))}\n`);
  }
  return exitCodes.done;
}
