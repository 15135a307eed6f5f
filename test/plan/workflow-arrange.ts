import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { Model } from '../../src/core/models.ts';
import { modelWith, type Wish } from './plan-arrange.ts';

/** A node of a toy workflow: what its inputs are now; a text that begins with `→` is a link. */
export interface ToyNode {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly inputs: Readonly<Record<string, JsonValue>>;
}

/** The schema that a provider makes of nodes. */
export function toySchema(nodes: readonly ToyNode[]): JsonObject {
  const entries = nodes.flatMap(({ id, kind, title, inputs }) =>
    Object.entries(inputs).map(([input, value]): [string, JsonObject] => {
      const named = {
        title: `${title} · ${input}`,
        'x-names': [...new Set([title, kind])].map((name) => `${name}.${input}`),
      };
      if (typeof value === 'string' && value.startsWith('→')) {
        const description = `Linked to node ${value.slice(1)} (Loader), output 1.`;
        return [`${id}.${input}`, { ...named, description, readOnly: true }];
      }
      const type =
        typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
      const format = input === 'image' ? { format: 'image_uri' } : {};
      return [`${id}.${input}`, { ...named, type, default: value, ...format }];
    }),
  );
  return { type: 'object', properties: Object.fromEntries(entries) };
}

const toyNodes: readonly ToyNode[] = [
  {
    id: '6',
    kind: 'CLIPTextEncode',
    title: 'Positive prompt',
    inputs: { text: 'a house', clip: '→4' },
  },
  { id: '7', kind: 'CLIPTextEncode', title: 'Negative prompt', inputs: { text: 'blurry', clip: '→4' } },
  {
    id: '10',
    kind: 'LoraLoader',
    title: 'LoraLoader',
    inputs: { lora_name: 'x.safetensors', strength_model: 0.5 },
  },
  { id: '12:3', kind: 'LoadImage', title: "Bob's image", inputs: { image: 'example.png' } },
  {
    id: '31',
    kind: 'KSampler',
    title: 'KSampler',
    inputs: { seed: 1, steps: 20, cfg: 7.5, sampler_name: 'euler', positive: '→6' },
  },
];

export const toyId = 'deployment:toy';

export function toyModel(nodes: readonly ToyNode[] = toyNodes, id = toyId): Model {
  return { ...modelWith(null, id), inputSchema: toySchema(nodes) };
}

/** A plan of the toy workflow alone. */
export function ofToy(wish: Wish = {}, model = toyModel()): Wish {
  return { model: model.id, modelOf: async (id) => (id === model.id ? model : null), ...wish };
}
