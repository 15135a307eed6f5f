import type { Place } from '../../core/complaints.ts';
import type { PlannedJob } from '../../core/job/job.ts';
import { openConnections } from '../../http/connections.ts';
import { checkMediaUrls, type LinkedKind, type MediaUrl } from '../../http/links/media-check.ts';
import { compileInputs, type ModelInputs } from '../../plan/models/schema.ts';
import type { Stage } from '../../store/stage/stage.ts';
import type { Access } from '../access/endpoint.ts';
import type { PlanOutcome } from './planning.ts';

const atOnce = 8;

/**
 * `--check-urls`: looks whether the links that jobs send can be fetched, each once. What is wrong with them goes to the
 * outcome's problems.
 */
export async function checkLinks(
  access: () => Promise<Access>,
  stage: Stage,
  { models, problems }: PlanOutcome,
): Promise<void> {
  const { loopback, proxies, provider } = await access();
  const fields = new Map([...models].map(([id, model]) => [id, compileInputs(model)]));
  const firstRow = new Map<string, PlannedJob>();

  function* links(): Generator<MediaUrl> {
    for (const job of stage.toSubmit()) {
      for (const link of linksOf(job, fields.get(job.model))) {
        if (firstRow.has(link.url)) continue;
        firstRow.set(link.url, job);
        yield link;
      }
    }
  }

  const connections = openConnections({ api: 1, files: atOnce }, proxies);
  try {
    const verdicts = checkMediaUrls(links(), {
      dispatcher: connections.files,
      signal: new AbortController().signal,
      atOnce,
      allowLoopback: loopback,
      limits: provider.bodyLimits.media,
    });
    for await (const { url, fault, warning } of verdicts) {
      const place = placeOf(firstRow.get(url));
      if (fault !== null) problems.push({ severity: 'error', place, kind: 'link', message: fault });
      if (warning !== null) problems.push({ severity: 'warning', place, kind: 'link', message: warning });
    }
  } finally {
    await connections.close();
  }
}

function* linksOf({ input }: PlannedJob, inputs: ModelInputs | undefined): Generator<MediaUrl> {
  for (const [name, field] of inputs?.fields ?? []) {
    const kind: LinkedKind | null = field.media;
    if (kind === null) continue;
    for (const value of Object.hasOwn(input, name) ? [input[name]].flat() : []) {
      if (typeof value === 'string' && /^https?:/.test(value)) yield { url: value, kind };
    }
  }
}

function placeOf(job: PlannedJob | undefined): Place | null {
  const [row] = job?.rows ?? [];
  const [, file, line] = /^(.*):(\d+)$/s.exec(row ?? '') ?? [];
  return file === undefined ? null : { file, line: Number(line), column: null };
}
