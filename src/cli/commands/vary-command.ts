import { agreedAccess } from '../../app/access/account.ts';
import { accessOf } from '../../app/access/endpoint.ts';
import { countedAsPending, resendUnknown } from '../../app/folder/order-jobs.ts';
import { type Asked, askedOf } from '../../app/planning/asked.ts';
import { type Aim, type Errand, withAim } from '../../app/planning/errand.ts';
import { type Favourites, favouritesOf } from '../../app/planning/favourites.ts';
import { refuseOtherConventions, withConventions } from '../../app/planning/kept-conventions.ts';
import { keptAddress, keptPlan, withPrices } from '../../app/planning/kept-plan.ts';
import { variedView } from '../../app/planning/plan-view.ts';
import { type CheckedStage, checkedStage, showPlan } from '../../app/planning/preparation.ts';
import { runSession } from '../../app/running/session.ts';
import { UserError } from '../../core/complaints.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Row } from '../../core/row.ts';
import { quoted } from '../../core/shell-words.ts';
import type { Conventions } from '../../plan/conventions.ts';
import { isWord } from '../../plan/rows/words.ts';
import { problemsText } from '../../report/plan/problems-text.ts';
import { keepInputs } from '../../store/files/input-files.ts';
import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';
import { openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flags.ts';
import { capsOf, limitsOf, resendsUnknown, text, texts, truth } from '../argv/settings.ts';
import { mayGoAhead } from '../confirm.ts';
import { exitCodes } from '../exit.ts';
import { realClock } from '../real-clock.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Talk, talkOf } from '../talk.ts';
import { printPlan } from './plan-command.ts';

/** `rcb vary [DIR] --picks FILE|JOB…`: new jobs from favourites, behind the plan of their folder; then the run goes on. */
export async function varyCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  limitsOf(flags);
  capsOf(flags);
  resendsUnknown(flags);
  const talk = talkOf(flags, surroundings);
  const spoken = words.filter(isWord);
  refuseSameness(flags, spoken);
  const favourites = await favouritesOf(
    words.filter((word) => !isWord(word)),
    texts(flags, 'picks'),
  );
  const { problems } = favourites;
  if (problems.length > 0) {
    talk.warn(problemsText(problems, talk.terminal));
    return problems.some(({ place }) => place !== null) ? exitCodes.invalid_input : exitCodes.usage;
  }
  const aim = await aimAt(favourites, flags, spoken, surroundings);
  return withAim(aim, flags, surroundings, talk, (errand) =>
    varyErrand(errand, aim, favourites, flags, talk, surroundings),
  );
}

function refuseSameness(flags: Flags, words: readonly string[]): void {
  const varying = ['seeds', 'repeat', 'model'].some((name) => text(flags, name) !== null);
  if (varying || words.length > 0) return;
  throw new UserError(
    'usage',
    'Nothing is varied: the new jobs would be the favourites themselves.',
    'Add --seeds 4, or a word such as style=anime,realistic.',
  );
}

async function aimAt(
  { dir, rows }: Favourites,
  flags: Flags,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<Aim> {
  const { settings, address } = keptIn(dir);
  const rehearsed = settings.rehearse === true;
  if (truth(flags, 'rehearse') && !rehearsed) {
    throw new UserError(
      'usage',
      `${dir} holds real results, and a rehearsal would mix its own with them.`,
      'Vary the folder of a rehearsal, or look at the plan with --dry-run.',
    );
  }
  const asked = await askedOf({ flags, words }, surroundings);
  return {
    asked: { ...asked, rows: [inOrder(rows)], nameTemplate: nameTemplateOf(asked, flags, settings) },
    dir,
    rehearsed,
    remembers: !truth(flags, 'dry-run'),
    keptUrl: address,
  };
}

async function* inOrder(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}

/** Files of one folder are called alike. */
function nameTemplateOf({ nameTemplate }: Asked, flags: Flags, { name }: JsonObject): string {
  return text(flags, 'name') === null && typeof name === 'string' ? name : nameTemplate;
}

async function varyErrand(
  errand: Errand,
  { dir, keptUrl }: Aim,
  { files }: Favourites,
  flags: Flags,
  talk: Talk,
  surroundings: Surroundings,
): Promise<number> {
  const checked = await checkedStage(errand, 'extends', talk);
  if (checked === null) return exitCodes.invalid_input;
  const { stage, outcome, balanceUsd } = checked;
  try {
    const sources = files.length === 0 ? ['the command line'] : files;
    const view = variedView(stage, outcome, errand.asked, {
      sources,
      dir,
      balanceUsd,
      rehearsed: errand.rehearsed,
    });
    if (truth(flags, 'dry-run')) {
      printPlan(view, flags, surroundings);
      return exitCodes.done;
    }
    showPlan(view, talk);
    const resends = resendsUnknown(flags);
    const ahead = resends ? countedAsPending(view) : view;
    const access = hasNothingLeft(ahead)
      ? accessOf(flags, surroundings.env, keptUrl)
      : await agreedAccess(await errand.access(), dir, flags, surroundings);
    if (!(await mayGoAhead(ahead, access, flags, surroundings))) return exitCodes.usage;
    const ledger = openLedger(dir);
    await extendPlan(ledger, checked, errand.conventions, resends);
    return await runSession({ ledger, access, flags, talk, surroundings, goOn: `rcb resume ${quoted(dir)}` });
  } finally {
    stage.discard();
  }
}

async function extendPlan(
  ledger: RunLedger,
  { stage, outcome }: CheckedStage,
  conventions: Conventions,
  resends: boolean,
): Promise<void> {
  try {
    await keepInputs(ledger.dir, outcome.files.values());
    // Read under the folder's lock, since another run may have planned in the meantime.
    refuseOtherConventions(ledger.dir, conventions);
    const record = withConventions(keptIn(ledger.dir).record, conventions);
    stage.adopt(ledger, withPrices(record, outcome.prices), realClock.now());
    if (resends) await resendUnknown(ledger);
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

function keptIn(dir: string) {
  const reader = openReader(dir);
  try {
    const record = keptPlan(reader);
    return { record, settings: record.settings, address: keptAddress(reader) };
  } finally {
    reader.close();
  }
}
