import type { DatabaseSync } from 'node:sqlite';
import type { Duds, FlatImage } from '../../../core/job/overview.ts';
import { rows } from '../sql-rows.ts';

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

// Found along one index alone, each group in one go; only of what is there twice is more than the bytes looked at.
const equalBytes = `SELECT original_sha256 AS sha256, count(*) AS files, min(job) AS first, max(job) AS last FROM output
GROUP BY 1 HAVING count(*) > 1 AND min(job) < max(job) ORDER BY files DESC, first LIMIT ${maxGroups}`;

/** The first jobs of a group, each once, without reading the rest of it. */
const firstJobs = (limit: number): string =>
  `(SELECT job FROM output WHERE original_sha256 = ? GROUP BY job ORDER BY job LIMIT ${limit})`;

// Of workflows, whose inputs are called `31.seed`, or as people call them. Most bodies hold no such word.
const otherSeeds = `CASE WHEN instr(job.input, 'seed') > 0 OR job.names IS NOT NULL THEN (
  SELECT json_group_array(each.value) FROM json_each(job.input) AS each
  WHERE each.key LIKE '%.seed' OR each.key LIKE '%.noise_seed'
    OR each.key IN (SELECT named.key FROM json_each(job.names) AS named WHERE lower(named.value) = 'seed')) END`;

// `->` gives the JSON text, so that no large seed is rounded.
const seeds = `SELECT coalesce(job.input -> '$.seed', ${otherSeeds}) AS seed, job.rep FROM ${firstJobs(maxJobsCompared)} AS made
  JOIN job ON job.num = made.job WHERE job.state NOT IN ('failed', 'cancelled', 'lost')`;

const jobsOf = `SELECT count(*) AS jobs FROM (SELECT job FROM output WHERE original_sha256 = ? GROUP BY job)`;

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

function differ(jobs: Iterable<Record<string, unknown>>): boolean {
  let first: string | null = null;
  for (const { seed, rep } of jobs) {
    const key = `${seed} ${rep}`;
    first ??= key;
    if (key !== first) return true;
  }
  return false;
}

// Former versions noted the bytes of the file as it was saved, with its recipe, which only its path leads to.
const flatOnes = `WITH
  known AS MATERIALIZED (
    SELECT value ->> 0 AS path, value ->> 1 AS sha256, value ->> 2 AS colour FROM json_each(?)),
  found AS (
    SELECT job, attempt, idx, output.path, colour
      FROM (SELECT sha256, min(colour) AS colour FROM known GROUP BY 1) AS bytes
      CROSS JOIN output ON output.original_sha256 = bytes.sha256
    UNION SELECT job, attempt, idx, output.path, colour
      FROM known CROSS JOIN output ON output.path = known.path AND output.sha256 = known.sha256)
SELECT job.id AS job, found.path, found.colour, count(*) OVER () AS total
FROM found JOIN job ON job.num = found.job AND job.attempt = found.attempt
ORDER BY job.in_plan DESC, job.seq, found.idx LIMIT ?`;

interface FlatRow {
  readonly job: string;
  readonly path: string;
  readonly colour: string;
  readonly total: number;
}

export interface FlatOutputs {
  readonly listed: Duds['flat'];
  /** With those that are not listed. */
  readonly total: number;
}

/** The outputs that are known to be of one colour, in the plan's order, `limit` of them at most. */
export function flatOutputs(db: DatabaseSync, images: readonly FlatImage[], limit: number): FlatOutputs {
  if (images.length === 0) return { listed: [], total: 0 };
  const known = JSON.stringify(images.map(({ path, sha256, colour }) => [path, sha256, colour]));
  const found = rows<FlatRow>(db.prepare(flatOnes), known, limit);
  return {
    listed: found.map(({ job, path, colour }) => ({ job, path, colour })),
    total: found[0]?.total ?? 0,
  };
}
