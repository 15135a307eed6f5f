import type { JsonObject, JsonValue } from '../../core/json.ts';
import { outputOf, timestamp } from '../answer-wording.ts';
import { oneOf, roll } from '../simulated-dice.ts';
import type { OutputForm, Wording } from '../simulator-options.ts';
import type { DeployedRequest, DeployedStanding } from './deployed-requests.ts';

/** What is known of a request at one moment, and how it is to be worded. */
export interface Told {
  readonly request: DeployedRequest;
  readonly standing: DeployedStanding;
  readonly wording: Wording;
  readonly seed: number;
  /** Of a LoRA's output. */
  readonly form: OutputForm;
  readonly links: () => readonly string[];
}

/** The members of `/status`, and of a result that is not there yet. */
export function statusBody(told: Told): JsonObject {
  const { standing } = told;
  switch (standing.state) {
    case 'queued':
      return { status: 'in_queue', queue_position: standing.position };
    case 'running':
      return { status: 'in_progress', instance_id: standing.instanceId };
    case 'cancelled':
      return { status: cancelledWord(told) };
    case 'succeeded':
      return { status: 'completed' };
    case 'failed':
      return { status: spoken(told, 'status word', ['completed', 'completed', 'failed']) };
  }
}

/** The members of `/result`, and of the last webhook: by node for a workflow, by its own schema for a LoRA. */
export function resultBody(told: Told): JsonObject {
  const { request, standing } = told;
  const { id, acceptedAt } = request;
  const head = { request_id: id, created_at: timestamp(acceptedAt) };
  if (standing.state === 'queued' || standing.state === 'running') return { ...head, ...statusBody(told) };
  const times = { ...head, finished_at: timestamp(standing.endedAt) };
  switch (standing.state) {
    case 'cancelled':
      return { ...times, status: cancelledWord(told) };
    case 'failed':
      return { ...times, status: 'failed', error: runError(told) };
    case 'succeeded':
      return { ...times, status: 'succeeded', ...outputsOf(told) };
  }
}

function outputsOf({ request, links, form, seed }: Told): JsonObject {
  const { workflow, pictures, id } = request;
  const given = links();
  if (workflow === null) return { output: outputOf('image', given, form, roll(seed, 'output form', id)) };
  const outputs: Record<string, { images: JsonValue[] }> = {};
  for (const [index, { node, filename }] of pictures.entries()) {
    const own = outputs[node] ?? { images: [] };
    own.images.push({ url: given[index] ?? '', filename, subfolder: '', type: 'output' });
    outputs[node] = own;
  }
  return { outputs };
}

/** What a cancellation is answered with: a running request is only asked to end. Varied, its outcome beside it. */
export function cancelBody(told: Told, isPossible: boolean): JsonObject {
  const status = isPossible ? 'cancellation_requested' : 'not_cancellable';
  const isTwice = spoken(told, 'cancel form', [false, true]);
  return { request_id: told.request.id, status, ...(isTwice ? { outcome: status } : {}) };
}

/** The error of a failed run: a list; in webhooks and, varied, elsewhere an object. */
function runError(told: Told): JsonValue {
  return spoken(told, 'run error', runErrors);
}

/** A run that its machine had no memory for. */
export const outOfMemory: JsonValue = [
  {
    errorCode: 1001,
    error: 'CUDA out of memory. Tried to allocate 2.50 GiB.',
    debugInfo: 'KSampler: torch.OutOfMemoryError',
  },
];

/** As ComfyUI tells of the node that broke. */
const brokenNode: JsonObject = {
  node_id: '31',
  node_type: 'KSampler',
  exception_type: 'RuntimeError',
  exception_message: 'The size of tensor a must match the size of tensor b.',
};

const runErrors: readonly [JsonValue, ...JsonValue[]] = [
  [{ errorCode: 1002, error: 'The node KSampler failed.', debugInfo: 'Traceback (most recent call last)' }],
  outOfMemory,
  { type: 'execution_error', message: 'The workflow ended early.' },
  [{ errorCode: 1004, error: 'The prompt failed.', debugInfo: JSON.stringify(brokenNode) }],
  [
    { errorCode: 1002, error: 'Failed to load the image.', debugInfo: 'LoadImage' },
    { errorCode: 1003, error: 'The workflow ended early.', debugInfo: '' },
  ],
];

function cancelledWord(told: Told): string {
  return spoken(told, 'cancelled word', ['canceled', 'cancelled']);
}

/** The first form as documented; varied, one of them for each request. */
function spoken<T>({ wording, seed, request }: Told, what: string, forms: readonly [T, ...T[]]): T {
  return wording === 'plain' ? forms[0] : oneOf(forms, roll(seed, what, request.id));
}
