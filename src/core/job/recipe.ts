import type { JsonObject } from '../json.ts';
import type { Job } from './job.ts';
import { inverted, namedInput } from './named-inputs.ts';

/** What made a file, as it stands inside the file: enough to make it again. */
export interface Recipe {
  /** 16 hex digits; null: another program made the file. */
  readonly job: string | null;
  readonly model: string | null;
  /** The body that was sent, exactly; `@inputs/…` stands for a file that was sent as a data URI. */
  readonly input: JsonObject;
  /** From what people called an input to its key; absent: they called nothing otherwise. */
  readonly names?: Readonly<Record<string, string>>;
  readonly rep: number;
  readonly request_id: string | null;
}

export function recipeOf(job: Job, requestId: string): Recipe {
  const { id, model, input, rep } = job;
  const { names } = namedInput(job);
  return { job: id, model, input, ...(names === undefined ? {} : { names }), rep, request_id: requestId };
}

/** Its input by the names that people gave, and the keys of these. */
export function shownInput({ input, names }: Recipe): Pick<Recipe, 'input' | 'names'> {
  return names === undefined ? { input } : namedInput({ input, names: inverted(names) });
}
