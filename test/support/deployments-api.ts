import { type HttpHandler, HttpResponse, http, type JsonBodyType } from 'msw';
import type { JsonObject } from '../../src/core/json.ts';
import { token } from './hosted-api.ts';

export const aDeployment = '2c1a7f0e-0b3d-4f51-9f0c-aa0000000001';

/** A small workflow in its API form: a checkpoint, two prompts, a sampler and what saves the picture. */
export const aWorkflow: JsonObject = {
  '3': {
    class_type: 'KSampler',
    inputs: {
      seed: 1_067_822_190_154_760,
      steps: 20,
      cfg: 8,
      denoise: 1,
      sampler_name: 'euler',
      model: ['4', 0],
      positive: ['6', 0],
      negative: ['7', 0],
    },
    _meta: { title: 'KSampler' },
  },
  '4': {
    class_type: 'CheckpointLoaderSimple',
    inputs: { ckpt_name: 'v1-5.safetensors' },
    _meta: { title: 'Load' },
  },
  '6': {
    class_type: 'CLIPTextEncode',
    inputs: { text: 'a cat', clip: ['4', 1] },
    _meta: { title: 'Positive prompt' },
  },
  '7': {
    class_type: 'CLIPTextEncode',
    inputs: { text: 'ugly', clip: ['4', 1] },
    _meta: { title: 'Negative prompt' },
  },
  '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'cat', images: ['3', 0] } },
  '12:3': { class_type: 'LoadImage', inputs: { image: 'example.png', upload: 'image' } },
};

export function aDeploymentBody(more: JsonObject = {}): JsonObject {
  return {
    id: aDeployment,
    name: 'text to image',
    workflow_id: '00000000-0000-0000-0000-000000001111',
    workflow_version: 'v1',
    hardware: ['AMPERE_48'],
    min_instances: 0,
    max_instances: 3,
    queue_size: 1,
    keep_warm_duration_in_seconds: 60,
    status: 'standby',
    is_enabled: true,
    payload: { workflow_api_json: aWorkflow, overrides: {}, object_info_url: null },
    ...more,
  };
}

/** What the API answers, by call; the last of a list for good. A status beside 200 stands before the body. */
export interface Answers {
  readonly inference?: JsonBodyType | Response;
  readonly status?: JsonBodyType | Response;
  readonly result?: JsonBodyType | Response;
  readonly cancel?: JsonBodyType | Response;
  readonly deployment?: JsonBodyType | Response;
  readonly deployments?: JsonBodyType | Response;
}

/** The serverless API in one place: each call gets what the test says, and `seen` keeps what was asked. */
export function deploymentsApi(answers: Answers = {}) {
  const seen: { method: string; path: string; body: unknown; authorization: string | null }[] = [];
  const root = '*/prod/v2';
  const answered =
    (answer: JsonBodyType | Response) =>
    async ({ request }: { readonly request: Request }): Promise<Response> => {
      const url = new URL(request.url);
      const text = await request.text();
      seen.push({
        method: request.method,
        path: `${url.pathname}${url.search}`,
        body: text === '' ? null : JSON.parse(text),
        authorization: request.headers.get('authorization'),
      });
      if (request.headers.get('authorization') !== `Bearer ${token}`) {
        return HttpResponse.json({ message: 'Forbidden' }, { status: 403 });
      }
      return answer instanceof Response ? answer.clone() : HttpResponse.json(answer);
    };
  const request = `${root}/deployments/:id/requests/:rid`;
  const handlers: HttpHandler[] = [
    http.post(`${root}/deployments/:id/inference`, answered(answers.inference ?? { request_id: 'req-1' })),
    http.get(`${request}/status`, answered(answers.status ?? { request_id: 'req-1', status: 'in_queue' })),
    http.get(`${request}/result`, answered(answers.result ?? { request_id: 'req-1', status: 'in_progress' })),
    http.post(`${request}/cancel`, answered(answers.cancel ?? { status: 'cancellation_requested' })),
    http.get(`${root}/deployments`, answered(answers.deployments ?? [aDeploymentBody({ payload: null })])),
    http.get(`${root}/deployments/:id`, answered(answers.deployment ?? aDeploymentBody())),
    http.get(`${root}/balance`, answered({ balance_usd: 12.5 })),
  ];
  return { handlers, seen };
}
