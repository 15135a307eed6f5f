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
  /** Tells of the requests of an earlier process whose webhooks do not know of their end. The addresses are known. */
  resume(): void;
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
  const delivered = (id: string): void => journal.append({ type: 'told', id, at: now() });
  const hooks = webhooks({ told, now, retryMs, counts, delivered });
  const known = new Set(journal.earlier.flatMap(({ type, id }) => (type === 'told' ? [id] : [])));
  return {
    requests,
    told,
    webhooks: hooks,
    resume() {
      for (const entry of journal.earlier) {
        const request = requests.find(entry.id);
        if (entry.type !== 'accepted' || !entry.webhook || !request || known.has(entry.id)) continue;
        hooks.watch(request, hooks.asked(new URLSearchParams(), entry.webhook));
      }
    },
  };
}
