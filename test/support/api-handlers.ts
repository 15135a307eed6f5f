import { HttpResponse, http, type RequestHandler } from 'msw';

/** A submit that the API accepted. */
export interface HostedRequest {
  readonly id: string;
  readonly model: string;
  readonly input: unknown;
  /** The API's own word; each look at `/status` moves it one on. */
  state: 'in_queue' | 'in_progress' | 'completed' | 'failed' | 'cancelled';
}

export interface HostedCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
}

export interface HostedApiOptions {
  readonly token: string;
  /** The links of a finished request, by its id. */
  readonly linksOf: (id: string) => readonly string[];
  /** Catalogue entries, as the API gives them. */
  readonly models?: readonly Readonly<Record<string, unknown>>[];
}

export interface HostedApi {
  readonly handlers: readonly RequestHandler[];
  readonly accepted: readonly HostedRequest[];
  readonly calls: readonly HostedCall[];
  /** Answers the next call instead of the API, without anything being accepted. */
  answerNext(response: () => Response): void;
  request(id: string): HostedRequest;
}

const failures = {
  unauthorized: [401, 400004, 'invalid token'],
  noModel: [404, 400001, 'model not found'],
  noRequest: [404, 404001, 'request not found'],
  invalid: [422, 422001, 'prompt is required'],
} as const;

/** The Model API as msw handlers: its four calls, the catalogue and the balance, for any origin. */
export function hostedApi(options: HostedApiOptions): HostedApi {
  const models = options.models ?? [{ model_id: 'ideogram/ideogram-v2/generate' }];
  const accepted: HostedRequest[] = [];
  const calls: HostedCall[] = [];
  const instead: (() => Response)[] = [];

  function refuse(name: keyof typeof failures): Response {
    const [status, error_code, error_message] = failures[name];
    return HttpResponse.json({ error_code, error_message }, { status });
  }

  /** What every call goes through before its own answer. */
  function gate(request: Request): Response | null {
    const { pathname, search } = new URL(request.url);
    const authorization = request.headers.get('authorization');
    calls.push({ method: request.method, path: `${pathname}${search}`, authorization });
    const other = instead.shift();
    if (other) return other();
    return authorization === `Bearer ${options.token}` ? null : refuse('unauthorized');
  }

  function find(id: unknown): HostedRequest | undefined {
    return accepted.find((request) => request.id === id);
  }

  const submit = http.post('*/v1/models/*', async ({ request }) => {
    const refusal = gate(request);
    if (refusal) return refusal;
    const model = new URL(request.url).pathname.replace(/^.*\/v1\/models\//, '');
    if (!models.some(({ model_id }) => model_id === model)) return refuse('noModel');
    const input = (await request.json()) as Record<string, unknown>;
    if (typeof input.prompt !== 'string') return refuse('invalid');
    const id = `req_${accepted.length + 1}`;
    accepted.push({ id, model, input, state: 'in_queue' });
    return HttpResponse.json({ request_id: id, status_url: `/v1/requests/${id}/status` });
  });

  const status = http.get('*/v1/requests/:id/status', ({ request, params }) => {
    const refusal = gate(request);
    if (refusal) return refusal;
    const seen = find(params.id);
    if (!seen) return refuse('noRequest');
    const answer = HttpResponse.json({
      request_id: seen.id,
      status: seen.state,
      ...(seen.state === 'in_queue' ? { queue_position: 1 } : {}),
    });
    if (seen.state === 'in_progress') seen.state = 'completed';
    if (seen.state === 'in_queue') seen.state = 'in_progress';
    return answer;
  });

  const result = http.get('*/v1/requests/:id/result', ({ request, params }) => {
    const refusal = gate(request);
    if (refusal) return refusal;
    const seen = find(params.id);
    if (!seen) return refuse('noRequest');
    if (seen.state !== 'completed') {
      return HttpResponse.json({ request_id: seen.id, status: seen.state, error: 'unsafe prompt' });
    }
    const links = options.linksOf(seen.id);
    const cost = new URL(request.url).searchParams.get('include_cost') === 'true' ? { cost: 0.08 } : {};
    const output = { image: links[0], images: links };
    return HttpResponse.json({ request_id: seen.id, status: 'succeeded', output, ...cost });
  });

  const cancel = http.post('*/v1/requests/:id/cancel', ({ request, params }) => {
    const refusal = gate(request);
    if (refusal) return refusal;
    const seen = find(params.id);
    if (!seen) return refuse('noRequest');
    const outcome = seen.state === 'in_queue' ? 'cancelled' : 'not_cancellable';
    if (outcome === 'cancelled') seen.state = 'cancelled';
    return HttpResponse.json({ request_id: seen.id, status: seen.state, outcome }, { status: 202 });
  });

  const list = http.get('*/v1/models', ({ request }) => {
    const refusal = gate(request);
    if (refusal) return refusal;
    const { searchParams } = new URL(request.url);
    const words = searchParams.get('search') ?? '';
    const offset = Number(searchParams.get('offset') ?? 0);
    const limit = Number(searchParams.get('limit') ?? 50);
    const found = models.filter(({ model_id }) => String(model_id).includes(words));
    const page = found.slice(offset, offset + limit);
    return HttpResponse.json({ models: page, total: found.length, limit, offset });
  });

  const model = http.get('*/v1/models/*', ({ request }) => {
    const refusal = gate(request);
    if (refusal) return refusal;
    const id = new URL(request.url).pathname.replace(/^.*\/v1\/models\//, '');
    const found = models.find(({ model_id }) => model_id === id);
    return found ? HttpResponse.json(found) : refuse('noModel');
  });

  const balance = http.get('*/prod/v2/balance', ({ request }) => {
    return (
      gate(request) ??
      HttpResponse.json({ balance_microdollars: 12_500_000, balance_usd: 12.5, currency: 'USD' })
    );
  });

  return {
    handlers: [submit, status, result, cancel, list, model, balance],
    accepted,
    calls,
    answerNext(response) {
      instead.push(response);
    },
    request(id) {
      const seen = find(id);
      if (!seen) throw new Error(`the API never accepted ${id}`);
      return seen;
    },
  };
}
