import type { JsonObject } from '../../core/json.ts';
import { type Answer, coded, jsonAnswer } from '../simulated-answers.ts';
import { oneOf } from '../simulated-dice.ts';
import type { Refusal } from '../simulated-validation.ts';
import type { Wording } from '../simulator-options.ts';
import type { Workflow } from './sample-workflows.ts';

/** The codes that this API documents: they are not those of the Model API. */
export const deploymentRefused = {
  token: () => coded(401, 401001, 'Unauthorized.'),
  deployment: (id: string) => coded(404, 404001, `The deployment ${id} was not found.`),
  request: (id: string) => coded(404, 404001, `The request ${id} was not found.`),
} as const;

/** `drawn` decides between the forms that clients have met: a status of its own, or 200 and 202 with a code. */
export function gated(code: 10001 | 10002, wording: Wording, drawn: number): Answer {
  const words = {
    10001: 'InsufficientFunds: your balance does not allow new runs.',
    10002: 'DisabledDeployment: the deployment is disabled.',
  } as const;
  const status = wording === 'plain' ? 200 : oneOf([200, 202, 400], drawn);
  return coded(status, code, words[code]);
}

type InvalidForm = 'both' | 'detail' | '200' | '202' | 'nodes';

/**
 * 422 with the list of what is wrong; or, varied, the code alone with 200 or 202, the list without a code, or 400 as
 * ComfyUI itself refuses, by node.
 */
export function invalidInference(
  wrong: readonly Refusal[],
  workflow: Workflow | null,
  wording: Wording,
  drawn: number,
): Answer {
  const detail = wrong.map(({ loc, msg, type }) => ({ loc, msg, type }));
  const error = { error_code: 422001, error_message: 'Validation Error' };
  const isOfNodes = workflow !== null && wrong.every(({ loc }) => loc.length > 2);
  const forms: readonly InvalidForm[] = isOfNodes ? ['nodes'] : [];
  const form =
    wording === 'plain' ? 'both' : oneOf<InvalidForm>(['both', 'detail', '200', '202', ...forms], drawn);
  switch (form) {
    case 'both':
      return jsonAnswer(422, { ...error, detail });
    case 'detail':
      return jsonAnswer(422, { detail });
    case 'nodes':
      return jsonAnswer(400, {
        error: { type: 'invalid_prompt', message: 'Prompt outputs failed validation' },
        node_errors: byNode(wrong, workflow ?? {}),
      });
    case '200':
      return jsonAnswer(200, { ...error, detail });
    case '202':
      return jsonAnswer(202, { ...error, error_message: `Validation Error: ${wrong[0]?.msg}` });
  }
}

function byNode(wrong: readonly Refusal[], workflow: Workflow): JsonObject {
  const nodes = Map.groupBy(wrong, ({ loc }) => String(loc[2] ?? loc.at(-1)));
  return Object.fromEntries(
    [...nodes].map(([id, refusals]) => {
      const errors = refusals.map(({ msg, type, loc }) => ({
        type,
        message: msg,
        details: String(loc.at(-1)),
      }));
      return [id, { errors, dependent_outputs: [], class_type: workflow[id]?.class_type ?? 'unknown' }];
    }),
  );
}
