import { planText } from '../report/plan-text.ts';
import { terminalOf } from '../report/terminal.ts';
import type { Call } from './commands.ts';
import { type Access, accessOf } from './endpoint.ts';
import { exitCodes } from './exit.ts';
import { runFolder } from './folders.ts';
import { lookup } from './lookup.ts';
import { askedOf } from './planning.ts';
import { planJson, prepare } from './preparation.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';
import { truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';
import { talkOf } from './talk.ts';

/** `rcb plan`: everything before the first submit. Sends no POST and writes nothing. */
export async function planCommand(call: Call, surroundings: Surroundings): Promise<number> {
  const { flags } = call;
  const { stdout, env } = surroundings;
  const asked = askedOf(call, surroundings);
  const prompt = asked.words.find(({ name }) => name === 'prompt')?.text ?? null;
  const dir = runFolder(
    flags,
    asked.inputs.map(({ name }) => name),
    prompt,
  );

  let rehearsal: Rehearsal | null = null;
  async function access(): Promise<Access> {
    if (!truth(flags, 'rehearse')) return accessOf(flags, env);
    rehearsal ??= await startRehearsal(null);
    return rehearsal.access;
  }
  const models = lookup(access);
  try {
    const prepared = await prepare(asked, dir, {}, models.find, talkOf(flags, surroundings));
    if (prepared === null) return exitCodes.invalid_input;
    const { view, staged } = prepared;
    stdout.write(
      truth(flags, 'json')
        ? `${JSON.stringify({ ...planJson(view), event: 'plan' })}\n`
        : planText(view, terminalOf(stdout, env)),
    );
    staged?.stage.discard();
    return exitCodes.done;
  } finally {
    await models.close();
    await (rehearsal as Rehearsal | null)?.close();
  }
}
