import { inputNamed } from './columns.ts';
import type { ModelInputs } from './schema.ts';

const flag =
  /(?:^|\s)--(ar|aspect|v|version|niji|s|stylize|style|c|chaos|q|quality|iw|no|seed|tile|weird|w|sref|cref|oref|cw|sw|ow|stop|p|profile|hd|raw|draft|exp|fast|turbo|relax|repeat|r)(?:[\s=]+([^\s-][^-]*?))?(?=\s+--|\s*$)/gi;
const command = /^\s*\/imagine\b/i;
const weight = /\S::-?\d+(?:\.\d+)?(?:\s|$)/;

/** Whether a prompt was written for Midjourney: its flags at the end, its command in front, or weights. */
export function holdsFlags(text: string): boolean {
  if (command.test(text) || weight.test(text)) return true;
  return text.search(flag) !== -1;
}

/** The inputs that flags stand for: `--ar 16:9` and `aspect_ratio=16:9`, where the model has such an input. */
const inputs: Readonly<Record<string, string>> = {
  ar: 'aspect_ratio',
  aspect: 'aspect_ratio',
  seed: 'seed',
  no: 'negative_prompt',
};

export function flagColumns(text: string, model: ModelInputs): readonly (readonly [string, string])[] {
  return [...text.matchAll(flag)].flatMap(([, name = '', value]): [string, string][] => {
    const known = inputs[name.toLowerCase()];
    const input = known === undefined || model.fields === null ? null : inputNamed(model, known);
    const given = value?.trim();
    return input === null || !given ? [] : [[`--${name} ${given}`, `${input}=${given}`]];
  });
}
