import type { DatabaseSync } from 'node:sqlite';
import type { Duds, FlatImage } from '../../../core/job/overview.ts';

export interface SameOutputs {
  readonly groups: Duds['same'];
  /** Of all groups, those that are not listed too; counted among the 1,000 largest of equal bytes. */
  readonly groupCount: number;
  readonly jobCount: number;
}

// The smallest groups beyond this number are left out, so that this never takes long.
const maxGroups = 1_000;
const maxJobsListed = 100;
// A group counts as having equal seeds when this many of its first jobs do.
const maxJobsCompared = 1_000;

// Outputs that came as these bytes: with a recipe written into them since, or as they are. Each is an index of its own.
const altered = (sha256: string): string => `FROM output WHERE original_sha256 = ${sha256}`;
const unaltered = (sha256: string): string =>
  `FROM output WHERE original_sha256 IS NULL AND sha256 = ${sha256}`;

// What is there twice is found along the indexes alone, each group in one go, and only of that is more than the bytes
// looked at.
const group = `count(*) AS files, min(job) AS first, max(job) AS last`;
const equalBytes = `WITH
  altered (sha256, files, first, last) AS (
    SELECT original_sha256, ${group} FROM output WHERE original_sha256 IS NOT NULL GROUP BY 1),
  unaltered (sha256, files, first, last) AS (
    SELECT sha256, ${group} FROM output WHERE original_sha256 IS NULL GROUP BY 1),
  sized AS (
    SELECT * FROM altered WHERE files > 1 AND NOT EXISTS (SELECT 1 ${unaltered('altered.sha256')})
    UNION ALL
    SELECT * FROM unaltered WHERE files > 1 AND NOT EXISTS (SELECT 1 ${altered('unaltered.sha256')})
    UNION ALL
    SELECT sha256, files + (SELECT count(*) ${altered('unaltered.sha256')}),
      min(first, (SELECT min(job) ${altered('unaltered.sha256')})),
      max(last, (SELECT max(job) ${altered('unaltered.sha256')}))
    FROM unaltered WHERE EXISTS (SELECT 1 ${altered('unaltered.sha256')}))
SELECT sha256 FROM sized WHERE first < last ORDER BY files DESC, first LIMIT ${maxGroups}`;

/** The first jobs of a group, each once, without a look at the others. */
const firstJobs = (limit: number): string => `(
  SELECT job FROM (SELECT job ${altered('?1')} GROUP BY job ORDER BY job LIMIT ${limit})
  UNION SELECT job FROM (SELECT job ${unaltered('?1')} GROUP BY job ORDER BY job LIMIT ${limit})
  ORDER BY job LIMIT ${limit})`;

// `->` gives the JSON text, so that no large seed is rounded.
const seeds = `SELECT job.input -> '$.seed' AS seed, job.rep FROM ${firstJobs(maxJobsCompared)} AS made
  JOIN job ON job.num = made.job WHERE job.state NOT IN ('failed', 'cancelled', 'lost')`;

const jobsOf = `SELECT (SELECT count(*) FROM (SELECT job ${altered('?1')} GROUP BY job))
  + (SELECT count(*) FROM (SELECT job ${unaltered('?1')} GROUP BY job) AS other
    WHERE NOT EXISTS (SELECT 1 ${altered('?1')} AND job = other.job)) AS jobs`;

const idsOf = `SELECT job.id FROM job WHERE num IN ${firstJobs(maxJobsListed)} ORDER BY in_plan DESC, seq, num`;

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
