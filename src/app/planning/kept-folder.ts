import type { Provider } from '../../core/provider.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { accessOf, namedAddress } from '../access/endpoint.ts';
import { providerOfFolder } from '../access/folder-provider.ts';
import { webhooksFor } from '../callbacks/webhook-base.ts';
import { windowOf } from '../estimates/run-window.ts';
import type { RunPolicy } from '../policies.ts';
import { isRehearsed, keptAddress, keptPlan, pricesOf } from './kept-plan.ts';
import { estimatedKept } from './kept-view.ts';
import { identified } from './plan-id.ts';
import type { Identifies } from './plan-session.ts';

/** A folder as its own plan describes it. */
interface KeptFolder {
  readonly view: PlanView;
  readonly rehearsed: boolean;
  readonly provider: Provider;
  /** The API's address that it names; null: none. */
  readonly address: string | null;
}

/** Throws `UserError` where the folder holds no plan, or a rehearsal would mix its results with real ones. */
export function keptFolder(
  dir: string,
  rehearse: boolean,
  request: AccessRequest,
  {
    policy,
    identifies,
  }: {
    readonly policy: Pick<RunPolicy, 'limits' | 'webhooks'>;
    readonly identifies?: Identifies | undefined;
  },
): Promise<KeptFolder> {
  return withReader(dir, async (reader) => {
    const record = keptPlan(reader);
    const rehearsed = isRehearsed(record, dir, rehearse);
    const sources = [`the plan of ${dir}`];
    const [kept, provider] = [keptAddress(reader), providerOfFolder(record, dir, request)];
    webhooksFor(policy.webhooks, provider);
    const address = rehearsed ? null : namedAddress({ ...request, provider }, kept).href;
    const { env } = request;
    const place = { sources, balanceUsd: null, rehearsed };
    const terms = {
      ...{ of: { provider: provider.name, address }, env, window: windowOf(policy) },
      hasToken: async () => rehearsed || accessOf({ ...request, provider }, kept).token !== null,
    };
    const view = await estimatedKept(reader, pricesOf(record), place, terms);
    return {
      view: identified(view, reader, { provider, address, identifies }),
      rehearsed,
      address: kept,
      provider,
    };
  });
}
