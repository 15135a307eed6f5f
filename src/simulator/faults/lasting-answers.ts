import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { outOfMemory } from '../deployments/deployed-answers.ts';
import { type Answer, htmlAnswer, jsonAnswer, refused } from '../simulated-answers.ts';
import { oneOf } from '../simulated-dice.ts';
import type { Stage } from '../simulated-stage.ts';
import type { FaultName } from './fault-rules.ts';

/** How a body is refused whenever it is submitted; null for faults that refuse nothing. */
export function lastingRefusal(fault: FaultName, drawn: number): Answer | null {
  switch (fault) {
    case 'gateway403':
      return refused.gateway();
    case 'firewall403':
      return htmlAnswer(403, 'Sorry, you have been blocked');
    case 'refusal200':
      return oneOf(codedRefusals, drawn);
    case 'policy4xx':
      return oneOf(policyRefusals, drawn);
    default:
      return null;
  }
}

const codedRefusals: readonly [Answer, ...Answer[]] = [
  jsonAnswer(200, { error_code: 422001, error_message: 'Validation failed: the prompt is too long.' }),
  jsonAnswer(202, { error_code: 400003, error_message: 'The input cannot be used.' }),
  jsonAnswer(200, { error_code: '422001', error_message: 'Validation failed.', data: null }),
];

const policyText = 'The prompt was flagged by the content checker.';
const policyDetail = { loc: ['body', 'prompt'], msg: policyText, type: 'content_policy_violation' };

const policyRefusals: readonly [Answer, ...Answer[]] = [
  jsonAnswer(422, { error: 'Prompt or provided image failed the safety checks' }),
  jsonAnswer(422, { detail: [policyDetail] }),
  jsonAnswer(400, { error_code: 400451, error_message: 'Rejected by content moderation.' }),
  jsonAnswer(403, { error_code: 403010, error_message: 'Content moderation: this prompt is not allowed.' }),
];

/**
 * The result of a request that has this fault for good; null where the fault has nothing to bite on, such as a request
 * that has not succeeded. `nth` counts the results given for it.
 */
export function lastingResult(
  fault: FaultName,
  right: Answer,
  drawn: number,
  nth: () => number,
  stage: Stage,
): Answer | null {
  const { value } = right;
  const key = value === null ? null : outputKey(value);
  if (value === null || key === null) return null;
  const { [key]: output = null, cost, ...head } = value;
  const charged = cost === undefined ? {} : { cost };
  const uncharged = cost === undefined ? {} : { cost: 0 };
  const giving = (given: JsonValue): Answer => jsonAnswer(200, { ...head, [key]: given, ...charged });
  switch (fault) {
    case 'dataUri':
      return giving(mapLinks(output, (link) => dataUri(stage.fileBehind(link))));
    case 'base64':
      return giving(
        drawn < 0.5 && key === 'output'
          ? { images: linksOf(output).map((link) => ({ b64_json: base64(stage, link) })) }
          : mapLinks(output, (link) => base64(stage, link)),
      );
    case 'textOutput':
      return giving(
        key === 'output' ? oneOf(texts, drawn) : { '9': { text: ['A caption of what was asked for.'] } },
      );
    case 'strayOutput':
      return jsonAnswer(200, { ...head, ...strayed(output, drawn), ...charged });
    case 'foreignLink':
      return giving({ ...asObject(output), ...foreign[key] });
    case 'unsafeOutput':
      return giving(
        key === 'output' ? oneOf(withheld, drawn) : { '9': { images: [], has_nsfw_concepts: [true] } },
      );
    case 'policyFailed':
      return jsonAnswer(200, { ...head, status: 'failed', error: oneOf(policyErrors, drawn), ...uncharged });
    case 'outOfMemory':
      return jsonAnswer(200, { ...head, status: 'failed', error: outOfMemory, ...uncharged });
    case 'failedByStatus':
      return oneOf(failuresByStatus, drawn);
    case 'lateCost':
      return cost !== undefined && nth() === 1 ? jsonAnswer(200, { ...head, [key]: output }) : null;
    default:
      return null;
  }
}

/** The member that a result has its files in: `outputs` are those of a workflow, by node. */
export function outputKey(value: JsonObject): 'output' | 'outputs' | null {
  if (value.output !== undefined) return 'output';
  return value.outputs === undefined ? null : 'outputs';
}

const preview = 'https://files.invalid/preview.png';
const foreign: Readonly<Record<'output' | 'outputs', JsonObject>> = {
  output: { preview },
  outputs: { '99': { images: [{ url: preview, filename: 'preview.png', subfolder: '', type: 'temp' }] } },
};

const texts: readonly [JsonValue, ...JsonValue[]] = [
  { text: 'A caption of what was asked for.' },
  'A caption of what was asked for.',
  { captions: [{ start: 0, end: 2, text: 'A ball bounces.' }], language: 'en' },
];

const withheld: readonly [JsonValue, ...JsonValue[]] = [
  { images: [{ url: '', is_image_safe: false }] },
  { image: '', images: [], is_image_safe: false },
  { image: null, images: [], has_nsfw_concepts: [true] },
];

const policyErrors: readonly [JsonValue, ...JsonValue[]] = [
  policyText,
  { code: 'content_policy_violation', message: 'The request was rejected by the safety system.' },
  [{ errorCode: 'CONTENT_POLICY_VIOLATION', error: policyText, debugInfo: '' }],
];

const failuresByStatus: readonly [Answer, ...Answer[]] = [
  jsonAnswer(422, { detail: [policyDetail] }),
  jsonAnswer(422, {
    detail: [{ loc: ['body', 'image_url'], msg: 'Failed to load the image.', type: 'image_load_error' }],
  }),
  jsonAnswer(400, { error_code: 400101, error_message: 'The generation failed: the prompt is too long.' }),
  jsonAnswer(500, {
    error_code: 500101,
    error_message: 'The generation failed: the worker ran out of memory.',
  }),
];

function strayed(output: JsonValue, drawn: number): JsonObject {
  const links = linksOf(output);
  return oneOf<JsonObject>(
    [
      {
        outputs: {
          '9': {
            images: links.map((url) => ({ url, filename: 'output.png', subfolder: '', type: 'output' })),
          },
        },
      },
      { images: links.map((url) => ({ url })) },
      { output: { result: { files: links.map((url, index) => ({ index, file: { url } })) } } },
    ],
    drawn,
  );
}

function asObject(output: JsonValue): JsonObject {
  return isJsonObject(output) ? output : { images: linksOf(output) };
}

function mapLinks(value: JsonValue, change: (link: string) => string): JsonValue {
  if (typeof value === 'string') return /^https?:/.test(value) ? change(value) : value;
  if (Array.isArray(value)) return value.map((each: JsonValue) => mapLinks(each, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapLinks(each, change)]));
}

function linksOf(output: JsonValue): readonly string[] {
  const links = new Set<string>();
  mapLinks(output, (link) => {
    links.add(link);
    return link;
  });
  return [...links];
}

function base64(stage: Stage, link: string): string {
  return stage.fileBehind(link).body.toString('base64');
}

function dataUri({ body }: Answer): string {
  const type = body.toString('latin1', 4, 8) === 'ftyp' ? 'video/mp4' : 'image/png';
  return `data:${type};base64,${body.toString('base64')}`;
}
