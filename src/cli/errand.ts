import type { Model } from '../core/models.ts';
import type { Call } from './call.ts';
import { type Access, accessOf } from './endpoint.ts';
import { runFolder } from './folders.ts';
import { lookup } from './lookup.ts';
import { type Asked, askedOf } from './planning.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';
import { truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** What `run` and `plan` set out with. */
export interface Errand {
  readonly asked: Asked;
  readonly dir: string;
  readonly rehearsed: boolean;
  /** The API, or the simulator, which is started when it is first needed. */
  access(): Promise<Access>;
  findModel(id: string): Promise<Model | null>;
}

/** Reads the command line, lends what it takes to plan, and closes after the work whatever was opened for it. */
export async function onErrand(
  call: Call,
  surroundings: Surroundings,
  remembers: boolean,
  work: (errand: Errand) => Promise<number>,
): Promise<number> {
  const { flags } = call;
  const asked = askedOf(call, surroundings);
  const prompt = asked.words.find(({ name }) => name === 'prompt')?.text ?? null;
  const names = asked.inputs.map(({ name }) => name);
  const dir = runFolder(flags, names, prompt);
  const rehearsed = truth(flags, 'rehearse');

  const rehearsals: Rehearsal[] = [];
  async function access(): Promise<Access> {
    if (!rehearsed) return accessOf(flags, surroundings.env);
    const [rehearsal = await startRehearsal(remembers ? dir : null)] = rehearsals;
    rehearsals[0] = rehearsal;
    return rehearsal.access;
  }
  const models = lookup(access);
  try {
    return await work({ asked, dir, rehearsed, access, findModel: models.find });
  } finally {
    await models.close();
    await rehearsals[0]?.close();
  }
}
