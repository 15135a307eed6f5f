import type { JsonObject } from '../json.ts';
import type { Job } from './job.ts';

/** What made a file, as it stands inside the file: enough to make it again. */
export interface Recipe {
  /** 16 hex digits; null: another program made the file. */
  readonly job: string | null;
  readonly model: string | null;
  /** The body that was sent, exactly; `@inputs/…` stands for a file that was sent as a data URI. */
  readonly input: JsonObject;
  readonly rep: number;
  readonly request_id: string | null;
}

export function recipeOf({ id, model, input, rep }: Job, requestId: string): Recipe {
  return { job: id, model, input, rep, request_id: requestId };
}
