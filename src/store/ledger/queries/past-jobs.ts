import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { type PastFigures, pastFigures } from '../../../core/money/past-figures.ts';
import { pricedInputs } from '../../../core/money/prices.ts';
import { eachRow } from '../sql-rows.ts';

// Enough for a few models in one folder, and a few milliseconds.
const maxAttempts = 600;

// Most bodies do not name the input, and to look for its name takes a fraction of the time of reading JSON.
const priced = pricedInputs
  .map((name) => `CASE WHEN instr(job.input, '"${name}"') > 0 THEN job.input -> '$."${name}"' END AS ${name}`)
  .join(', ');

// Where a clock was set back in between, nothing took any time. Where machines are paid by the second, waiting is free.
const latest = `SELECT job.model, ${priced}, latest.cost AS usd, latest.finished_at AS finishedAt,
  CASE WHEN latest.finished_at > latest.begun_at THEN latest.finished_at - latest.begun_at END AS tookMs,
  (SELECT sum(output.bytes) FROM output WHERE output.job = job.num AND output.attempt = job.attempt) AS bytes
FROM (SELECT job, attempt, cost, iif(estimated = 1, started_at, submitted_at) AS begun_at, finished_at FROM attempt
  WHERE finished_at IS NOT NULL AND submitted_at >= ? ORDER BY finished_at DESC LIMIT ${maxAttempts}) AS latest
JOIN job ON job.num = latest.job AND job.attempt = latest.attempt AND job.state = 'done'
ORDER BY latest.finished_at DESC`;

interface Row extends Readonly<Record<(typeof pricedInputs)[number], string | null>> {
  readonly model: string;
  readonly usd: number | null;
  readonly finishedAt: number;
  readonly tookMs: number | null;
  readonly bytes: number | null;
}

/** What the latest done jobs have cost and taken, of those that were submitted at `from` or later. */
export function pastJobsIn(db: DatabaseSync, from: number): readonly PastFigures[] {
  return pastFigures(jobsOf(eachRow<Row>(db.prepare(latest), from)));
}

function* jobsOf(rows: Iterable<Row>) {
  for (const { model, usd, finishedAt, tookMs, bytes, ...given } of rows) {
    const input: JsonObject = Object.fromEntries(
      pricedInputs.flatMap((name): [string, JsonValue][] => {
        const json = given[name];
        return json === null ? [] : [[name, JSON.parse(json) as JsonValue]];
      }),
    );
    yield { model, input, usd, finishedAt, tookMs, bytes };
  }
}
