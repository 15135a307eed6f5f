import type { Counting } from '../census.ts';
import { linksTo } from '../file-origin.ts';
import type { RequestJournal } from '../request-journal.ts';
import type { Stage } from '../simulated-stage.ts';
import type { Told } from './deployed-answers.ts';
import { type DeployedRequest, type DeployedRequests, deployedRequests } from './deployed-requests.ts';
import { type Webhooks, webhooks } from './simulated-webhooks.ts';

/** Everything about deployments that lasts from call to call. */
export interface Deployments {
  readonly requests: DeployedRequests;
  readonly webhooks: Webhooks;
  readonly told: (request: DeployedRequest, now: number) => Told;
}

export function deployments(stage: Stage, journal: RequestJournal, counts: Counting): Deployments {
  const { seed, settings, now } = stage;
  const requests = deployedRequests(seed, settings, journal, counts);
  const linksOf = ({ id, pictures }: DeployedRequest, at: number): readonly string[] =>
    linksTo(
      { filesUrl: stage.filesUrl(), seed, now: at, lifetimeMs: settings.linkLifetimeMs },
      id,
      pictures.map(({ filename }) => filename),
    );
  const told = (request: DeployedRequest, at: number): Told => ({
    request,
    standing: requests.standing(request, at),
    seed,
    wording: settings.wording,
    form: settings.outputs,
    links: () => linksOf(request, at),
  });
  const retryMs = (): number => settings.webhookRetryMs;
  return { requests, told, webhooks: webhooks({ told, now, retryMs, counts }) };
}
