import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { JsonObject } from '../../core/json.ts';
import { flatPicture, samePicture } from '../pictures/faulty-pictures.ts';
import {
  type Answer,
  expiredLink,
  htmlAnswer,
  jsonAnswer,
  plainAnswer,
  refused,
} from '../simulated-answers.ts';
import { oneOf } from '../simulated-dice.ts';
import { idAsNumber, idWithDots } from '../simulated-ids.ts';
import type { Stage } from '../simulated-stage.ts';
import type { FaultName } from './fault-rules.ts';
import { outputKey } from './lasting-answers.ts';
import type { OutageAnswer } from './outage-rules.ts';

/**
 * What is said in one call instead of the right answer; null where the fault has nothing to bite on. `path` is the
 * file's own where a file was asked for.
 */
export function faulted(
  fault: FaultName,
  right: Answer,
  drawn: number,
  path: string | null,
  stage: Stage,
): Answer | null {
  const { value } = right;
  switch (fault) {
    case 'http500':
    case 'http500Before':
    case 'http500After':
      return oneOf(serverErrors, drawn)();
    case 'html200':
    case 'html200After':
      return htmlAnswer(200, 'Just a moment...');
    case 'rateLimited':
      return refused.pace('Too many requests.', retryAfterText(drawn, stage.now()));
    case 'redirect':
      return plainAnswer(307, null, '', { location: otherPlace(path, stage) });
    case 'redirectAway':
      return plainAnswer(302, null, '', { location: 'http://files.invalid/output.png' });
    case 'errorCode200':
      return jsonAnswer(200, { error_code: 500000, error_message: 'Internal server error.' });
    case 'noId':
    case 'oddId':
    case 'numberId':
    case 'dottedId':
    case 'otherIdKey':
      return typeof value?.request_id === 'string' ? withOtherId(fault, right.status, value, drawn) : null;
    case 'compressed':
      return compressed(right, drawn);
    case 'brokenJson':
      return { ...right, body: right.body.subarray(0, Math.ceil(right.body.length * 0.6)), value: null };
    case 'oddState':
      return value?.status === undefined
        ? null
        : jsonAnswer(right.status, { ...value, status: 'hibernating' });
    case 'unfinished400':
      return value?.status !== undefined && value.finished_at === undefined ? refused.unfinished() : null;
    case 'noOutput': {
      const key = value === null ? null : outputKey(value);
      const nothing = key === 'outputs' ? {} : { images: [] };
      return key === null
        ? null
        : jsonAnswer(right.status, { ...value, [key]: drawn < 0.5 ? null : nothing });
    }
    case 'wrongContent':
      return drawn < 0.5
        ? { ...htmlAnswer(200, 'Not what you asked for'), headers: { 'content-type': 'image/png' } }
        : plainAnswer(200, 'image/png', '');
    case 'expired':
      return expiredLink();
    case 'sameImage':
      return isPicture(right) ? { ...right, body: samePicture() } : null;
    case 'flatImage':
      return isPicture(right) ? { ...right, body: flatPicture(drawn) } : null;
    default:
      return right;
  }
}

// By the bytes: some models declare no type.
function isPicture({ status, body }: Answer): boolean {
  return status === 200 && body.toString('latin1', 1, 4) === 'PNG';
}

function otherPlace(path: string | null, { filesUrl }: Stage): string {
  if (path === null) return `${filesUrl()}/elsewhere`;
  return `${filesUrl()}${path}${path.includes('?') ? '&' : '?'}again=1`;
}

function withOtherId(
  fault: 'noId' | 'oddId' | 'numberId' | 'dottedId' | 'otherIdKey',
  status: number,
  value: JsonObject,
  drawn: number,
): Answer {
  const { request_id, ...rest } = value;
  const id = String(request_id);
  switch (fault) {
    case 'noId':
      return jsonAnswer(status, { status: 'in_queue' });
    case 'oddId':
      return jsonAnswer(status, { ...value, request_id: '../../etc/passwd?' });
    case 'numberId':
      return jsonAnswer(status, { ...rest, request_id: idAsNumber(id) });
    case 'dottedId':
      return jsonAnswer(status, { ...rest, request_id: idWithDots(id) });
    case 'otherIdKey':
      return jsonAnswer(
        status,
        oneOf<JsonObject>([{ ...rest, id }, { ...rest, requestId: id }, { data: value }], drawn),
      );
  }
}

type Coding = readonly [name: string, press: (body: Buffer) => Buffer];
const codings: readonly [Coding, ...Coding[]] = [
  ['gzip', (body) => gzipSync(body)],
  ['br', (body) => brotliCompressSync(body)],
  ['deflate', (body) => deflateSync(body)],
];

function compressed(right: Answer, drawn: number): Answer | null {
  if (right.body.length === 0) return null;
  const [name, press] = oneOf(codings, drawn);
  return { ...right, headers: { ...right.headers, 'content-encoding': name }, body: press(right.body) };
}

const serverErrors: readonly [() => Answer, ...(() => Answer)[]] = [
  refused.broken,
  () => htmlAnswer(502, '502 Bad Gateway'),
  () => htmlAnswer(503, '503 Service Temporarily Unavailable'),
  () => htmlAnswer(504, '504 Gateway Time-out'),
];

/** One or two seconds; half of the time as a date, which has whole seconds only. */
function retryAfterText(drawn: number, now: number): string {
  return drawn < 0.5
    ? String(1 + Math.floor(drawn * 4))
    : new Date(Math.ceil((now + 1_000) / 1_000) * 1_000).toUTCString();
}

/** The answer during an outage; null: none. */
export function outageAnswer(kind: OutageAnswer, stage: Stage): Answer | null {
  switch (kind) {
    case 'reset':
    case 'silent':
      return null;
    case '500':
      return refused.broken();
    case '502':
      return htmlAnswer(502, '502 Bad Gateway');
    case '503':
      return htmlAnswer(503, '503 Service Temporarily Unavailable');
    case '504':
      return htmlAnswer(504, '504 Gateway Time-out');
    case 'html200':
      return htmlAnswer(200, 'We are down for maintenance');
    case 'redirect':
      return plainAnswer(302, null, '', { location: `${stage.filesUrl()}/maintenance` });
    default:
      return htmlAnswer(Number(kind), `Error ${kind}: the web server is not reachable | Cloudflare`);
  }
}
