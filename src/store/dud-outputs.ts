import type { DatabaseSync } from 'node:sqlite';
import type { Duds, FlatImage } from '../core/overview.ts';

export interface SameOutputs {
  readonly groups: Duds['same'];
  /** Of all groups, those that are not listed too; counted among the 1,000 largest of equal bytes. */
  readonly groupCount: number;
  readonly jobCount: number;
}

// The smallest groups beyond so many are not looked at, so that this never takes long.
const mostGroups = 1_000;
const mostJobsListed = 100;
// A group whose first so many jobs agree in their seeds is taken to agree in them.
const mostJobsCompared = 1_000;

/** The jobs of the outputs that came as these bytes, once for each output. */
const jobsWith = (sha256: string): string => `(SELECT job FROM output WHERE original_sha256 = ${sha256}
  UNION ALL SELECT job FROM output WHERE original_sha256 IS NULL AND sha256 = ${sha256})`;

// What is there twice is found along the indexes alone, and only of that is more than the bytes looked at.
const equalBytes = `WITH
  twice (sha256) AS (
    SELECT original_sha256 FROM output WHERE original_sha256 IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    UNION SELECT sha256 FROM output WHERE original_sha256 IS NULL GROUP BY 1 HAVING count(*) > 1
    UNION SELECT sha256 FROM output AS unaltered WHERE original_sha256 IS NULL
      AND EXISTS (SELECT 1 FROM output AS altered WHERE altered.original_sha256 = unaltered.sha256)),
  sized AS MATERIALIZED (
    SELECT sha256, (SELECT count(*) FROM ${jobsWith('twice.sha256')}) AS files,
      (SELECT min(job) FROM ${jobsWith('twice.sha256')}) AS first,
      (SELECT max(job) FROM ${jobsWith('twice.sha256')}) AS last FROM twice)
SELECT sha256 FROM sized WHERE first < last ORDER BY files DESC, first LIMIT ${mostGroups}`;

// `->` gives the JSON text, so that no large seed is rounded.
const seeds = `SELECT job.input -> '$.seed' AS seed, job.rep FROM ${jobsWith('?1')} AS made
  JOIN job ON job.num = made.job ORDER BY made.job LIMIT ${mostJobsCompared}`;

const jobsOf = `SELECT count(DISTINCT job) AS jobs FROM ${jobsWith('?1')}`;

const idsOf = `SELECT job.id FROM job WHERE num IN
  (SELECT DISTINCT job FROM ${jobsWith('?1')} ORDER BY job LIMIT ${mostJobsListed})
  ORDER BY in_plan DESC, seq, num`;

/**
 * Results that came as the same bytes for jobs that differ in `seed`, or in `rep` alone: for jobs that differ in
 * another input only, equal results can be right. `limit`: how many groups are listed.
 */
export function sameOutputs(db: DatabaseSync, limit: number): SameOutputs {
  const seedsOf = db.prepare(seeds);
  const count = db.prepare(jobsOf);
  const ids = db.prepare(idsOf);
  const groups: { sha256: string; jobs: string[] }[] = [];
  let groupCount = 0;
  let jobCount = 0;
  for (const row of db.prepare(equalBytes).all()) {
    const sha256 = String(row.sha256);
    if (!differ(seedsOf.iterate(sha256))) continue;
    groupCount += 1;
    jobCount += Number(count.get(sha256)?.jobs);
    if (groups.length < limit) groups.push({ sha256, jobs: ids.all(sha256).map(({ id }) => String(id)) });
  }
  return { groups, groupCount, jobCount };
}

function differ(rows: Iterable<Record<string, unknown>>): boolean {
  let first: string | null = null;
  for (const { seed, rep } of rows) {
    const key = `${seed} ${rep}`;
    first ??= key;
    if (key !== first) return true;
  }
  return false;
}

/** The images of one colour that are still the outputs that were looked at, with their jobs, in the plan's order. */
export function flatOutputs(db: DatabaseSync, images: readonly FlatImage[]): Duds['flat'] {
  const owner = db.prepare(`SELECT job.id, job.in_plan, job.seq, output.idx FROM output
    JOIN job ON job.num = output.job WHERE output.path = ? AND output.sha256 = ? LIMIT 1`);
  // Bytes that were looked at twice are one finding.
  const findings = new Map(images.map((image) => [JSON.stringify([image.path, image.sha256]), image]));
  const found = [...findings.values()].flatMap(({ path, sha256, colour }) => {
    const row = owner.get(path, sha256);
    if (row === undefined) return [];
    const place = [-Number(row.in_plan), Number(row.seq), Number(row.idx)];
    return [{ place, flat: { job: String(row.id), path, colour } }];
  });
  return found.sort((a, b) => inOrder(a.place, b.place)).map(({ flat }) => flat);
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
