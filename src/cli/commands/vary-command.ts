import { ownAccount } from '../../app/access/source-account.ts';
import { orderedLedger } from '../../app/folder/with-ledger.ts';
import { type Favourites, favouritesOf } from '../../app/planning/favourites.ts';
import { type PlanSession, type PlanTarget, withTarget } from '../../app/planning/plan-session.ts';
import { extendPlan, prepareVariation, refuseSameness, variationOf } from '../../app/planning/variation.ts';
import type { RunPolicy } from '../../app/policies.ts';
import { canaryAhead, withCanary } from '../../app/running/canary.ts';
import { noneMissing } from '../../app/running/done-files.ts';
import { withReusable } from '../../app/running/reusable.ts';
import { planAccess, takenBy, viewAhead } from '../../app/running/starting.ts';
import { continueCommand } from '../../app/shared/continuing.ts';
import type { SharedPlace } from '../../app/shared/shared-place.ts';
import { withCap } from '../../app/spending-ceiling.ts';
import { isWord } from '../../core/sweep.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flag-names.ts';
import { accessRequestOf, batchRequestOf } from '../argv/requests.ts';
import { policiesOf } from '../argv/run-policies.ts';
import { texts, truth } from '../argv/settings.ts';
import { runAsked } from '../asked-run.ts';
import { exitCodes } from '../exit.ts';
import { type Output, outputOf } from '../output.ts';
import { identityAsked, printPlan, refuse, refuseProblems, showPlan } from '../shown-plan.ts';
import type { System } from '../system.ts';

/** `rcb vary [DIR] --picks FILE|JOB…`: new jobs from favourites, behind the plan of their folder; then the run goes on. */
export async function varyCommand(call: Call, system: System): Promise<number> {
  const { flags, words, place } = call;
  const policy = policiesOf(call, system)(null);
  const output = outputOf(flags, system);
  const request = batchRequestOf({ flags, words: words.filter(isWord) }, system);
  refuseSameness(request);
  const named = words.filter((word) => !isWord(word));
  const favourites = await favouritesOf(named, texts(flags, 'picks'));
  if (favourites.problems.length > 0) return refuseFavourites(favourites, output);
  const access = accessRequestOf(flags, system);
  const target = await variationOf(favourites, request, access);
  const warn = (sentence: string): void => output.warn(`${plainText(sentence)}\n`);
  const identifies = identityAsked(flags, policy.resendsUnknown);
  const manner = { access, keepsPlan: !truth(flags, 'dry-run'), warn, identifies, policyOf: () => policy };
  return withTarget(target, request, manner, (session) =>
    runVariation(session, { target, favourites, policy, flags, output, system, place }),
  );
}

function refuseFavourites({ problems }: Favourites, output: Output): number {
  const isInFile = problems.some(({ place }) => place !== null);
  return refuseProblems(problems, isInFile ? 'invalid_input' : 'usage', output);
}

interface Variation {
  readonly target: PlanTarget;
  readonly favourites: Favourites;
  readonly policy: RunPolicy;
  readonly flags: Flags;
  readonly output: Output;
  readonly system: System;
  readonly place: SharedPlace | undefined;
}

async function runVariation(session: PlanSession, variation: Variation): Promise<number> {
  const { target, favourites, policy, flags, output, system, place } = variation;
  const { dir, accessRequest } = session;
  const prepared = await prepareVariation(session, favourites.files);
  if (prepared.type === 'refused') return refuse(prepared, output);
  const {
    view,
    checked: { stage },
  } = prepared;
  const own = () => ownAccount(accessRequest, { rehearsed: session.rehearsed, kept: target.keptUrl });
  try {
    return await withReusable({ dir, view, stage, own }, policy, async (whole, reusable) => {
      const capped = withCap(whole, policy.caps);
      if (truth(flags, 'dry-run')) {
        printPlan(capped, flags, system);
        return exitCodes.done;
      }
      const ahead = viewAhead(whole, policy.resendsUnknown);
      showPlan(withCanary(capped, canaryAhead(dir, policy, ahead)), output);
      const access = await planAccess(session, ahead, target.keptUrl);
      const goOn = continueCommand(dir);
      const asked = { dir, ahead, access, accessRequest, policy, flags, output, system, goOn };
      return runAsked(asked, async () => {
        const ordered = await orderedLedger(
          dir,
          async (ledger) => {
            const heard = await extendPlan(ledger, session, prepared, policy.resendsUnknown);
            return { heard, ...(await takenBy(ledger, { reusable, observe: output.observe })) };
          },
          place,
        );
        return ordered && { ledger: ordered.ledger, missing: noneMissing, ...ordered.given };
      });
    });
  } finally {
    stage.discard();
  }
}
