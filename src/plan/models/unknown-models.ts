import { type Problem, problemValue } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import { misspelt, suggestion } from '../../core/nearby.ts';
import type { Provider } from '../../core/provider.ts';
import { makerOf } from './foreign-models.ts';
import type { ModelChoice } from './model-choice.ts';
import { showName, showValue } from './sentences.ts';

/** The models that an unknown id may be meant for. */
export interface KnownModels {
  readonly provider: Pick<Provider, 'builtIn'>;
  readonly defaultModel: string;
  /** What another provider is called whose model this is; null: it may be this one's. */
  readonly otherOwner?: ((id: string) => string | null) | undefined;
  /** The id under which another provider may have it; null: none. */
  readonly idElsewhere?: ((id: string) => string | null) | undefined;
  readonly modelIds?: (() => Promise<readonly string[]>) | undefined;
}

/** An id that no model has, and how many rows name it. */
export interface UnknownModel {
  readonly choice: ModelChoice;
  rows: number;
}

/** What is said of an id that no model of the run has. */
export async function unknownModelError(unknown: UnknownModel, request: KnownModels): Promise<Problem> {
  const { choice, rows } = unknown;
  const { id, place, isOfRow } = choice;
  const owner = request.otherOwner?.(id) ?? null;
  if (owner !== null) return othersModelError(unknown, owner);
  const { provider, defaultModel, modelIds } = request;
  const listed = (await modelIds?.()) ?? [];
  const builtIn = provider.builtIn.map((model) => model.id);
  const usual = [...new Set([defaultModel, ...builtIn, ...listed])].filter((each) => each !== id);
  const maker = makerOf(id);
  // What another tool calls its model is not a misspelling of ours.
  const near = maker === null ? suggestion(id, usual) : misspelt(id, usual);
  const whose = maker === null ? '' : `: it is ${maker}`;
  const elsewhere = near === null && maker === null ? (request.idElsewhere?.(id) ?? null) : null;
  const meant = near === null && elsewhere === null ? '' : `; did you mean ${showValue(near ?? elsewhere)}?`;
  const isInRow = place !== null && isOfRow === true;
  const many = isInRow && rows > 1 ? `; ${showCount(rows)} rows name it` : '';
  const fallback = `-m ${showName(defaultModel)} uses that model for every row`;
  const way = isInRow && (near === null || maker !== null) ? `${near === null ? '; ' : ' '}${fallback}` : '';
  const message = `unknown model ${showValue(id)}${whose}${many}${meant}${way}`;
  return { severity: 'error', place, kind: 'unknown_model', message, key: 'model', value: problemValue(id) };
}

/** A run has one account and one address, so its models are those of one provider. */
function othersModelError({ choice: { id, place }, rows }: UnknownModel, owner: string): Problem {
  const many = rows > 1 ? ` (${showCount(rows)} rows)` : '';
  const message = `${showValue(id)} is a model of ${owner}, unlike the first model of this run${many}; run each provider's models into a folder of their own, then compare the folders with rcb view A B`;
  return { severity: 'error', place, kind: 'unknown_model', message, key: 'model', value: problemValue(id) };
}
