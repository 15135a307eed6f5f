import type { DatabaseSync } from 'node:sqlite';
import type { Duds, FlatImage } from '../core/overview.ts';

export interface SameOutputs {
  readonly groups: Duds['same'];
  /** Of all groups, those that are not listed too; counted among the 1,000 largest of equal bytes. */
  readonly groupCount: number;
  readonly jobCount: number;
}

const asItCame = `coalesce(output.original_sha256, output.sha256)`;

// The smallest groups beyond so many are not looked at, so that this never takes long.
const mostGroups = 1_000;
const mostJobsListed = 100;
// A group whose first so many jobs agree in their seeds is taken to agree in them.
const mostJobsCompared = 1_000;

const equalBytes = `SELECT ${asItCame} AS sha256, count(*) AS files FROM output
  GROUP BY 1 HAVING min(job) < max(job) ORDER BY files DESC, min(job) LIMIT ${mostGroups}`;

// `->` gives the JSON text, so that no large seed is rounded.
const seeds = `SELECT job.input -> '$.seed' AS seed, job.rep FROM output JOIN job ON job.num = output.job
  WHERE ${asItCame} = ? ORDER BY output.job LIMIT ${mostJobsCompared}`;

const jobsOf = `SELECT count(DISTINCT job) AS jobs FROM output WHERE ${asItCame} = ?`;

const idsOf = `SELECT job.id FROM job WHERE num IN
  (SELECT DISTINCT job FROM output WHERE ${asItCame} = ? ORDER BY job LIMIT ${mostJobsListed})
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
