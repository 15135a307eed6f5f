import { onErrand } from '../../app/planning/errand.ts';
import { prepare } from '../../app/planning/preparation.ts';
import { jsonLine } from '../../report/json-line.ts';
import { type PlanView, planText } from '../../report/plan/plan-text.ts';
import { terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flags.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { planJson } from '../plan-json.ts';
import type { Surroundings } from '../surroundings.ts';
import { talkOf } from '../talk.ts';

/** `rcb plan`: everything before the first submit. Sends no POST and writes nothing. */
export function planCommand(call: Call, surroundings: Surroundings): Promise<number> {
  const { flags } = call;
  const talk = talkOf(flags, surroundings);
  return onErrand(call, surroundings, talk, false, async (errand) => {
    const prepared = await prepare(errand, {}, talk);
    if (prepared === null) return exitCodes.invalid_input;
    const { view, staged } = prepared;
    staged?.stage.discard();
    printPlan(view, flags, surroundings);
    return exitCodes.done;
  });
}

/** A plan that is all that was asked for, on stdout. */
export function printPlan(view: PlanView, flags: Flags, { stdout, env }: Surroundings): void {
  stdout.write(
    truth(flags, 'json')
      ? jsonLine({ ...planJson(view), event: 'plan' })
      : planText(view, terminalOf(stdout, env)),
  );
}
