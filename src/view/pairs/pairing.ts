import { canonicalJson, type JsonObject, type JsonValue } from '../../core/json.ts';

/** What a job is told by when it is looked for in other folders. */
export interface PairedJob {
  /** 16 hex digits: equal for equal input, model and rep. */
  readonly job: string;
  /** The user's own name for the row. */
  readonly id: string | null;
  readonly model: string;
  readonly input: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
  readonly rep: number;
}

/** The keys that the jobs of every folder have. */
interface CommonKeys {
  readonly inputs: readonly string[];
  readonly tags: readonly string[];
}

/** Where a job is: the number of its folder, and its place among the jobs of it. */
interface Member {
  readonly folder: number;
  readonly at: number;
}

/** Jobs of different folders that make the same, at most one of each folder. */
export interface Pair {
  /** By folder. */
  readonly members: readonly Member[];
}

/**
 * What makes jobs the same, from the surest to the least sure, each as a text; null: it does not tell. As each is tried
 * only on jobs that the ones before have left alone, equal jobs always find each other, and a change of the model, or
 * of an input that other models do not have, does not part them.
 */
export function likenesses(job: PairedJob, common: CommonKeys): readonly (string | null)[] {
  const { model, input, tags, rep, id } = job;
  const inputs = chosen(input, common.inputs);
  const shared = chosen(tags, common.tags);
  const hasInputs = Object.keys(inputs).length > 0;
  // Without inputs in common, as where one model calls "text" what another calls "prompt", the rows tell.
  const tells = hasInputs || id !== null || Object.keys(shared).length > 0;
  return [
    job.job,
    canonicalJson({ input, rep }),
    hasInputs ? canonicalJson({ model, inputs, shared, rep }) : null,
    hasInputs ? canonicalJson({ inputs, shared, rep }) : null,
    hasInputs ? canonicalJson({ inputs, rep }) : null,
    !hasInputs && tells ? canonicalJson({ id, shared, rep }) : null,
  ];
}

/**
 * Pairs the jobs of several folders by their likenesses, which are hashed or not, but equal for what is alike. Of several
 * jobs that are alike within a folder, the first goes with the first of the other, and so on. Every job is in one pair,
 * alone where the others have none like it. Pairs are in the order of the first folder, then of the second, and so on.
 */
export function pairsOf(folders: readonly (readonly (readonly (string | null)[])[])[]): readonly Pair[] {
  let pairs: OpenPair[] = folders.flatMap((jobs, folder) =>
    jobs.map((alike, at) => ({ folders: 1 << folder, members: [{ folder, at }], alike, isMerged: false })),
  );
  const whole = 2 ** folders.length - 1;
  const levels = Math.max(0, ...pairs.slice(0, 1).map(({ alike }) => alike.length));
  for (let level = 0; level < levels; level += 1) {
    const buckets = Map.groupBy(
      pairs.filter((pair) => pair.folders !== whole && (pair.alike[level] ?? null) !== null),
      ({ alike }) => alike[level] as string,
    );
    for (const bucket of buckets.values()) mergeAlike(bucket);
    pairs = pairs.filter(({ isMerged }) => !isMerged);
  }
  return pairs
    .map(({ members }) => ({ members: members.toSorted((a, b) => a.folder - b.folder) }))
    .sort((a, b) => order(a.members[0] as Member, b.members[0] as Member));
}

interface OpenPair {
  /** A bit for each. */
  folders: number;
  readonly members: Member[];
  /** Those of its first job. */
  readonly alike: readonly (string | null)[];
  isMerged: boolean;
}

/** Each pair goes into the first one before it that lacks all of its folders. */
function mergeAlike(bucket: readonly OpenPair[]): void {
  const hosts: OpenPair[] = [];
  // A host that lacks nothing of a set now will never lack it again: for each set the search goes on where it was.
  const reached = new Map<number, number>();
  for (const pair of bucket) {
    let at = reached.get(pair.folders) ?? 0;
    while (at < hosts.length && ((hosts[at] as OpenPair).folders & pair.folders) !== 0) at += 1;
    reached.set(pair.folders, at);
    const host = hosts[at];
    if (host === undefined) hosts.push(pair);
    else {
      host.folders |= pair.folders;
      host.members.push(...pair.members);
      pair.isMerged = true;
    }
  }
}

function order(a: Member, b: Member): number {
  return a.folder - b.folder || a.at - b.at;
}

function chosen<T extends JsonValue>(
  record: Readonly<Record<string, T>>,
  keys: readonly string[],
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    keys.filter((key) => Object.hasOwn(record, key)).map((key) => [key, record[key] as T]),
  );
}

/** The keys that are in every list, in the order of the first. */
export function inCommon(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists;
  return first.filter((key) => others.every((list) => list.includes(key)));
}
