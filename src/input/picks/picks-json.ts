import type { Problem } from '../../core/complaints.ts';
import { inspectJson } from '../json/json-faults.ts';
import { parseJson } from '../json/json-row.ts';
import { jsonTree } from '../json/json-tree.ts';
import type { MapNode, ValueNode } from '../json/value-tree.ts';
import { positionFinder } from '../positions.ts';
import { fault, shown, type TextFault, Unreadable } from '../reading.ts';
import { readingOf, untilUnreadable } from '../rows.ts';
import type { InputSource } from '../sources/sources.ts';
import { shownNode } from '../sweeps/sweep-page.ts';
import { wholeText } from '../text/whole-text.ts';
import type { PickedJobs, StarredJob } from './picked-jobs.ts';

const form = 'rcb-picks';
const knownVersion = 1;

/**
 * The starred jobs of an object with the keys `format`, `version`, `folder` and `picks`, of which only the last one is
 * needed, or of that list alone. A pick is an object with a `job`, starred unless `starred` says no, or a job's id.
 */
export async function readPicksJson(
  source: InputSource,
  onProblem: (problem: Problem) => void,
): Promise<PickedJobs> {
  const read = await untilUnreadable(source.name, onProblem, async () =>
    picksOfText(source.name, await wholeText(readingOf(source, onProblem)), onProblem),
  );
  return read ?? { folder: null, starred: [] };
}

function picksOfText(file: string, text: string, onProblem: (problem: Problem) => void): PickedJobs {
  const positionOf = positionFinder(text);
  const problemOf = ({ at, kind, message }: TextFault): Problem => fault(file, positionOf(at), kind, message);
  const parsed = parseJson(text, 'file');
  if ('fault' in parsed) throw new Unreadable(problemOf(parsed.fault));
  const { faults } = inspectJson(text);
  if (faults.length > 0) throw new Unreadable(...faults.map(problemOf));
  const tree = jsonTree(text) as ValueNode;
  const refuse = (at: number, message: string): void => onProblem(problemOf({ at, kind: 'picks', message }));
  const end = (at: number, message: string): Unreadable =>
    new Unreadable(problemOf({ at, kind: 'picks', message }));

  // Programs other than the viewer may write picks too: a list of ids is enough.
  const list = tree.kind === 'map' ? nodeOf(tree, 'picks') : tree;
  if (tree.kind === 'map') {
    const format = nodeOf(tree, 'format');
    if (format !== null && scalarOf(tree, 'format') !== form) {
      throw end(format.at, `the format ${shownNode(format)} is not "${form}"; export picks from the viewer.`);
    }
    const version = nodeOf(tree, 'version');
    if (version !== null && scalarOf(tree, 'version') !== knownVersion) {
      const known = `version ${knownVersion} is known`;
      throw end(
        version.at,
        `the picks have version ${shownNode(version)}, and ${known}; update runcomfy-batch.`,
      );
    }
  }
  if (list?.kind !== 'list') {
    throw end(list?.at ?? tree.at, 'the file has no list of picks; export them from the viewer.');
  }
  const starred = list.items.flatMap((item): StarredJob[] => {
    const job = starOf(item, refuse);
    if (job === null) return [];
    const own = item.kind === 'map' ? scalarOf(item, 'folder') : null;
    const named = typeof own === 'string' ? { folder: own } : {};
    return [{ job: job.id, place: { file, ...positionOf(job.at) }, ...named }];
  });
  const folder = tree.kind === 'map' ? scalarOf(tree, 'folder') : null;
  return { folder: typeof folder === 'string' ? folder : null, starred };
}

/** null: it has no star, or was refused. */
function starOf(
  item: ValueNode,
  refuse: (at: number, message: string) => void,
): { readonly id: string; readonly at: number } | null {
  if (item.kind === 'scalar' && typeof item.value === 'string') return { id: item.value, at: item.at };
  if (item.kind !== 'map') {
    refuse(item.at, `a pick is an object with a job, or a job's id, not ${shownNode(item)}.`);
    return null;
  }
  const starred = scalarOf(item, 'starred') ?? true;
  if (typeof starred !== 'boolean') {
    refuse(
      nodeOf(item, 'starred')?.at ?? item.at,
      `starred ${shown(String(starred))} is neither true nor false.`,
    );
    return null;
  }
  if (!starred) return null;
  const job = nodeOf(item, 'job');
  if (job?.kind === 'scalar' && typeof job.value === 'string') return { id: job.value, at: job.at };
  refuse(job?.at ?? item.at, 'this pick names no job.');
  return null;
}

function nodeOf({ entries }: MapNode, name: string): ValueNode | null {
  return entries.find((entry) => entry.name === name)?.value ?? null;
}

function scalarOf(map: MapNode, name: string): boolean | number | string | null {
  const node = nodeOf(map, name);
  return node?.kind === 'scalar' ? node.value : null;
}
