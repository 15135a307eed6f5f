import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Card } from '../pictures/card-picture.ts';
import type { DeployedRequest } from './deployed-requests.ts';
import { inputOf, linkedNode, madeOf, type SavedPicture } from './resolved-workflow.ts';
import type { Workflow } from './sample-workflows.ts';

/** What a picture of a deployment shows: the prompt, the seed and the strength of the LoRA, as they were resolved. */
export function deployedCard(request: DeployedRequest, picture: SavedPicture): Card {
  const { deployment, workflow, input, key } = request;
  const seen = workflow === null ? seenIn(deployment.inputSchema, input) : seenAt(workflow, picture.node);
  const { prompt, seed, strength, width, height } = seen;
  const facts = [
    seed === null ? null : `seed ${seed}`,
    strength === null ? null : `LoRA ${strength}`,
    picture.of > 1 ? `${picture.nth + 1} of ${picture.of}` : null,
  ];
  return {
    prompt: prompt.slice(0, 4_000),
    style: styleOf(strength),
    aspectRatio: ratioOf(width, height),
    facts: facts.filter((fact) => fact !== null),
    notes: [
      ...seen.notes,
      ...Object.entries(input)
        .slice(0, 12)
        .map(([name, value]) => `${name}: ${shown(value)}`),
      `${deployment.name}, node ${picture.node}  #${key.slice(0, 8)}`,
    ],
    variant: (seed ?? 0) + 3 * picture.nth,
  };
}

interface Seen {
  readonly prompt: string;
  readonly seed: number | null;
  readonly strength: number | null;
  readonly width: number;
  readonly height: number;
  readonly notes: readonly string[];
}

function seenAt(workflow: Workflow, id: string): Seen {
  const nodes = madeOf(workflow, id);
  const of = (kind: string) => nodes.find(({ class_type }) => class_type === kind);
  const sampler = of('KSampler');
  const positive = linkedNode(sampler?.inputs.positive);
  const encode = positive === null ? of('CLIPTextEncode') : workflow[positive];
  const prompt = inputOf(workflow, encode, 'text');
  const size = of('EmptyLatentImage');
  const photo = inputOf(workflow, of('LoadImage'), 'image');
  return {
    prompt: typeof prompt === 'string' ? prompt : '',
    seed: numberOf(inputOf(workflow, sampler, 'seed')),
    strength: numberOf(inputOf(workflow, of('LoraLoader'), 'strength_model')),
    width: numberOf(inputOf(workflow, size, 'width')) ?? 512,
    height: numberOf(inputOf(workflow, size, 'height')) ?? 512,
    notes: photo === null ? [] : [`photo: ${shown(photo)}`],
  };
}

function seenIn(schema: JsonObject | null, input: JsonObject): Seen {
  const properties = (schema?.properties ?? {}) as Readonly<Record<string, JsonObject>>;
  const value = (name: string): JsonValue => input[name] ?? properties[name]?.default ?? null;
  const prompt = value('prompt');
  return {
    prompt: typeof prompt === 'string' ? prompt : '',
    seed: numberOf(value('seed')),
    strength: numberOf(value('network_multiplier')),
    width: numberOf(value('width')) ?? 1_024,
    height: numberOf(value('height')) ?? 1_024,
    notes: [],
  };
}

function numberOf(value: JsonValue): number | null {
  return typeof value === 'number' ? value : null;
}

/** The stronger a LoRA, the further its pictures are from the usual ones. */
function styleOf(strength: number | null): string {
  if (strength === null) return 'auto';
  if (strength < 0.3) return 'realistic';
  if (strength < 0.6) return 'render_3D';
  return strength < 0.9 ? 'design' : 'anime';
}

function ratioOf(width: number, height: number): string {
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side / 64))) as [
    number,
    number,
  ];
  return `${Math.min(across, 999)}:${Math.min(down, 999)}`;
}

/** Data URIs by what tells them apart. */
function shown(value: JsonValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const type = /^data:([^;,]*)/.exec(text)?.[1];
  if (type === undefined) return text.slice(0, 200);
  return `${type} ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}
