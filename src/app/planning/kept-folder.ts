import type { Provider } from '../../core/provider.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { providerOfFolder } from '../access/folder-provider.ts';
import { isRehearsed, keptAddress, keptPlan, pricesOf } from './kept-plan.ts';
import { keptView } from './plan-view.ts';

/** A folder as its own plan describes it. */
interface KeptFolder {
  readonly view: PlanView;
  readonly rehearsed: boolean;
  readonly provider: Provider;
  /** The API's address that it names; null: none. */
  readonly address: string | null;
}

/** Throws `UserError` where the folder holds no plan, or a rehearsal would mix its results with real ones. */
export function keptFolder(dir: string, rehearse: boolean, request: AccessRequest): KeptFolder {
  return withReader(dir, (reader) => {
    const record = keptPlan(reader);
    const rehearsed = isRehearsed(record, dir, rehearse);
    const sources = [`the plan of ${dir}`];
    return {
      view: keptView(reader, pricesOf(record), { sources, balanceUsd: null, rehearsed }),
      rehearsed,
      address: keptAddress(reader),
      provider: providerOfFolder(record, dir, request),
    };
  });
}
