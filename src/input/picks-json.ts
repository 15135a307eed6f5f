import type { Problem } from '../core/complaints.ts';
import { inspectJson } from './json-faults.ts';
import { parseJson } from './json-row.ts';
import { jsonTree } from './json-tree.ts';
import type { PickedJobs, StarredJob } from './picks-file.ts';
import { positionFinder } from './positions.ts';
import { fault, shown, type TextFault, Unreadable } from './reading.ts';
import { readingOf, untilUnreadable } from './rows.ts';
import type { InputSource } from './sources.ts';
import { shownNode } from './sweep-page.ts';
import type { MapNode, ValueNode } from './value-tree.ts';
import { wholeText } from './whole-text.ts';

const form = 'rcb-picks';
const knownVersion = 1;

/** The starred jobs of an object with the keys `format`, `version`, `folder` and `picks`. */
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

  if (tree.kind !== 'map' || scalarOf(tree, 'format') !== form) {
    throw end(tree.at, 'the file holds no picks; export them from the viewer.');
  }
  const version = nodeOf(tree, 'version');
  if (version?.kind !== 'scalar' || version.value !== knownVersion) {
    const what = version === null ? 'no version' : `version ${shownNode(version)}`;
    throw end(
      version?.at ?? tree.at,
      `the picks have ${what}, and version ${knownVersion} is known; update runcomfy-batch.`,
    );
  }
  const picks = nodeOf(tree, 'picks');
  if (picks?.kind !== 'list') throw end(picks?.at ?? tree.at, 'the file has no list of picks.');
  const starred = picks.items.flatMap((item): StarredJob[] => {
    const job = starOf(item, refuse);
    return job === null ? [] : [{ job: job.id, place: { file, ...positionOf(job.at) } }];
  });
  const folder = scalarOf(tree, 'folder');
  return { folder: typeof folder === 'string' ? folder : null, starred };
}

/** null: it has no star, or was refused. */
function starOf(
  item: ValueNode,
  refuse: (at: number, message: string) => void,
): { readonly id: string; readonly at: number } | null {
  if (item.kind !== 'map') {
    refuse(item.at, `a pick is an object with a job, not ${shownNode(item)}.`);
    return null;
  }
  const starred = scalarOf(item, 'starred') ?? false;
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
  refuse(job?.at ?? item.at, 'this pick stars no job.');
  return null;
}

function nodeOf({ entries }: MapNode, name: string): ValueNode | null {
  return entries.find((entry) => entry.name === name)?.value ?? null;
}

function scalarOf(map: MapNode, name: string): boolean | number | string | null {
  const node = nodeOf(map, name);
  return node?.kind === 'scalar' ? node.value : null;
}
