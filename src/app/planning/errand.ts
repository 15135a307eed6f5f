import type { Call } from '../../cli/argv/call.ts';
import type { Flags } from '../../cli/argv/flags.ts';
import { truth } from '../../cli/argv/settings.ts';
import { runFolder } from '../../cli/folders.ts';
import type { Surroundings } from '../../cli/surroundings.ts';
import type { Talk } from '../../cli/talk.ts';
import type { Model } from '../../core/models.ts';
import type { Conventions } from '../../plan/conventions.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Stage } from '../../store/stage/stage.ts';
import { confirmedAccess } from '../access/account.ts';
import { type Access, accessOf } from '../access/endpoint.ts';
import { modelSource } from '../access/model-source.ts';
import { type Rehearsal, rehearsalPrice, startRehearsal } from '../running/rehearsal.ts';
import { type Asked, askedOf, promptOf } from './asked.ts';
import { discardCopies } from './asked-inputs.ts';
import { conventionsOf } from './kept-conventions.ts';
import { manifestNotes } from './own-manifests.ts';
import type { PlanOutcome } from './planning.ts';

/** What `run`, `plan` and `vary` set out with. */
export interface Errand {
  readonly asked: Asked;
  readonly dir: string;
  readonly conventions: Conventions;
  readonly rehearsed: boolean;
  readonly unbounded: boolean;
  readonly skipsInvalid: boolean;
  /** The API, or the simulator, which is started when it is first needed. */
  access(): Promise<Access>;
  findModel(id: string): Promise<Model | null>;
  modelIds(): Promise<readonly string[]>;
  /** Adds what is wrong with links in the input to the outcome's problems, if `--check-urls` asks for it. */
  checkLinks(stage: Stage, outcome: PlanOutcome): Promise<void>;
  /** What is in the wallet; null: not known, or nothing is to be submitted. */
  balanceUsd(stage: Stage): Promise<number | null>;
}

/** What is planned, and against which API. */
export interface Aim {
  readonly asked: Asked;
  readonly dir: string;
  readonly rehearsed: boolean;
  /** The plan, and a rehearsal, are kept in the folder. */
  readonly remembers: boolean;
  /** The API that the folder was made with. */
  readonly keptUrl: string | null;
}

/** Reads the command line, lends what it takes to plan, and closes after the work whatever was opened for it. */
export async function onErrand(
  call: Call,
  surroundings: Surroundings,
  talk: Talk,
  remembers: boolean,
  work: (errand: Errand) => Promise<number>,
): Promise<number> {
  const { flags } = call;
  const asked = await askedOf(call, surroundings);
  const dir = runFolder(flags, asked, promptOf(asked));
  asked.problems.push(...manifestNotes(asked.files, dir));
  const aim = { asked, dir, rehearsed: truth(flags, 'rehearse'), remembers, keptUrl: null };
  try {
    return await withAim(aim, flags, surroundings, talk, work);
  } finally {
    await discardCopies(asked.links);
  }
}

/** The same for what has been read already. */
export async function withAim(
  { asked, dir, rehearsed, remembers, keptUrl }: Aim,
  flags: Flags,
  surroundings: Surroundings,
  talk: Talk,
  work: (errand: Errand) => Promise<number>,
): Promise<number> {
  const { env } = surroundings;
  const rehearsals: Rehearsal[] = [];
  let confirmed: Promise<Access> | null = null;
  async function access(): Promise<Access> {
    if (!rehearsed) {
      confirmed ??= confirmedAccess(accessOf(flags, env, keptUrl), surroundings);
      return confirmed;
    }
    const [rehearsal = await startRehearsal(remembers ? dir : null)] = rehearsals;
    rehearsals[0] = rehearsal;
    return rehearsal.access;
  }
  const file = asked.schemaFile;
  const models = modelSource({
    access,
    env,
    schema: file === null ? null : { file, id: asked.model },
    builtInPrice: rehearsed ? rehearsalPrice : null,
    warn: (sentence) => talk.warn(`${plainText(sentence)}\n`),
  });
  try {
    return await work({
      asked,
      dir,
      conventions: conventionsOf(dir, remembers),
      rehearsed,
      unbounded: truth(flags, 'yes'),
      skipsInvalid: truth(flags, 'skip-invalid'),
      access,
      findModel: models.find,
      modelIds: models.ids,
      async checkLinks(stage, outcome) {
        if (!truth(flags, 'check-urls')) return;
        const { checkLinks } = await import('./link-check.ts');
        await checkLinks(access, stage, outcome);
      },
      balanceUsd: async (stage) => (rehearsed || submitsNothing(stage) ? null : models.balanceUsd()),
    });
  } finally {
    await models.close();
    await rehearsals[0]?.close();
  }
}

function submitsNothing(stage: Stage): boolean {
  const [first] = stage.toSubmit();
  return first === undefined;
}
