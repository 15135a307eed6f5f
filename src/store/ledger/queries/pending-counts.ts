import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { JobGroup } from '../../../core/money/estimate.ts';
import { pricedInputs } from '../../../core/money/prices.ts';
import { eachRow } from '../sql-rows.ts';

// Most bodies do not name the input, and to look for its name takes a fraction of the time of reading JSON.
const values = pricedInputs
  .map((name) => `CASE WHEN instr(input, '"${name}"') > 0 THEN input -> '$."${name}"' END AS ${name}`)
  .join(', ');
const groups = `model, ${pricedInputs.join(', ')}`;
const pending = `SELECT ${groups}, count(*) AS jobs, min(seq) FROM (
  SELECT seq, model, ${values} FROM job WHERE in_plan = 1 AND state = 'pending' ORDER BY seq LIMIT ?)
GROUP BY ${groups} ORDER BY min(seq)`;

interface Row extends Readonly<Record<(typeof pricedInputs)[number], string | null>> {
  readonly model: string;
  readonly jobs: number;
}

/** The jobs that are still to be submitted, by model and priced inputs; the first `most` of them. */
export function pendingCounts(db: DatabaseSync, most = -1): readonly JobGroup[] {
  const found: JobGroup[] = [];
  for (const { model, jobs, ...given } of eachRow<Row>(db.prepare(pending), most)) {
    const input: JsonObject = Object.fromEntries(
      pricedInputs.flatMap((name): [string, JsonValue][] => {
        const json = given[name];
        return json === null ? [] : [[name, JSON.parse(json) as JsonValue]];
      }),
    );
    found.push({ model, input, jobs });
  }
  return found;
}
