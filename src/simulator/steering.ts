import type { IncomingMessage } from 'node:http';
import { UserError } from '../core/complaints.ts';
import type { JsonObject } from '../core/json.ts';
import type { Census } from './census.ts';
import { type Answer, jsonAnswer, refused } from './simulated-answers.ts';
import type { Call } from './simulated-stage.ts';
import { type Settings, settingsOf } from './simulator-options.ts';

/** Lets tests in other processes inspect and change a simulator: `/_simulator/census`, `/faults`, `/options`. */
export function steeringCall(
  req: IncomingMessage,
  census: () => Census,
  change: (settings: Partial<Settings>) => void,
): Call | null {
  const path = (req.url ?? '').split('?')[0] ?? '';
  if (!path.startsWith('/_simulator/')) return null;
  return {
    endpoint: 'steering',
    keyOf: () => path,
    perform: (body) => steered(path, req, body, census, change),
  };
}

function steered(
  path: string,
  req: IncomingMessage,
  body: Buffer,
  census: () => Census,
  change: (settings: Partial<Settings>) => void,
): Answer {
  // A page in a browser on this machine could also reach us, but cannot hide its origin.
  const local = /^(::1|::ffff:127\.|127\.)/.test(req.socket.remoteAddress ?? '');
  if (!local || req.headers.origin !== undefined)
    return jsonAnswer(403, { detail: 'Only from this machine.' });
  switch (`${req.method} ${path}`) {
    case 'GET /_simulator/census':
      return jsonAnswer(200, census() as unknown as JsonObject);
    case 'POST /_simulator/faults':
      return changed(body, (value) => change(settingsOf({ faults: value })));
    case 'POST /_simulator/options':
      return changed(body, (value) => change(settingsOf(value)));
    default:
      return refused.path();
  }
}

function changed(body: Buffer, apply: (value: unknown) => void): Answer {
  try {
    apply(JSON.parse(body.toString('utf8')));
    return jsonAnswer(200, { changed: true });
  } catch (error) {
    if (error instanceof UserError) return jsonAnswer(400, { detail: error.message, hint: error.hint });
    if (error instanceof SyntaxError) return jsonAnswer(400, { detail: 'The body is not JSON.' });
    throw error;
  }
}
