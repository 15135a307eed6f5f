import { bareName, wordsOfName } from '../../core/nearby.ts';
import type { InputAddresses } from '../models/input-addresses.ts';
import type { InputField } from '../models/input-field.ts';
import type { ModelInputs } from '../models/schema.ts';

/**
 * What a column that is not an input is like. `alias`: a name by which other tools and people call the input `of`;
 * `akin`: a name that only holds the input's; `size`, `width`, `height`: pixels, which `of` may give in its own way;
 * `count`: how many pictures to make, which the model has no input for.
 */
export type Likeness =
  | { readonly kind: 'alias' | 'akin'; readonly of: string }
  | { readonly kind: 'size' | 'width' | 'height'; readonly of: string }
  | { readonly kind: 'count' };

// Each group is one thing under many names, without case, `_`, `-` and spaces. Of a model's inputs the first one in
// the group is meant.
const countNames =
  'num_images n count images batch_size num_outputs number_of_images number_of_outputs num_results image_count n_images nimages num_samples n_samples samples batch_count n_iter';
const groups: readonly ReadonlySet<string>[] = [
  'negative_prompt n_prompt negative neg neg_prompt negative_text neg_text uncond',
  'prompt prompts text caption captions description prompt_text text_prompt positive_prompt positive pos_prompt p_prompt input_prompt input_text query',
  'aspect_ratio ar aspect ratio aspects',
  'steps num_inference_steps inference_steps sampling_steps num_steps sample_steps n_steps',
  'guidance guidance_scale cfg cfg_scale',
  'style style_type style_preset style_name',
  'expand_prompt magic_prompt magic_prompt_option prompt_extend enhance_prompt prompt_enhance prompt_upsampling prompt_optimizer prompt_expansion',
  'seed random_seed rand_seed rng_seed noise_seed evaluation_seed eval_seed init_seed manual_seed generator_seed seed_value',
  'duration seconds duration_seconds duration_s video_length secs',
  'strength denoise denoising_strength denoising image_strength prompt_strength',
  'output_format image_format file_type format',
  'fps frame_rate frames_per_second',
  'num_frames frames frame_count',
  countNames,
].map(bareNames);

const counts = bareNames(countNames);
const sizes = bareNames('size resolution image_size img_size dimensions dimension output_size');
const mediaNames = {
  image: bareNames(
    'image img images url urls image_url image_urls img_url photo picture input_image init_image source_image src_image reference_image ref_image image_path image_uri start_image first_frame',
  ),
  video: bareNames('video video_url input_video source_video video_path video_uri'),
  audio: bareNames('audio audio_url input_audio sound audio_path audio_uri voice_url'),
} as const;

function bareNames(names: string): ReadonlySet<string> {
  return new Set(names.split(' ').map(bareName));
}

/** Whether the name is known to mean something, so that it is not a slip of the pen for another. */
export function isWellKnown(name: string): boolean {
  const bare = bareName(name);
  return (
    bare === 'width' ||
    bare === 'height' ||
    sizes.has(bare) ||
    groups.some((group) => group.has(bare)) ||
    Object.values(mediaNames).some((names) => names.has(bare))
  );
}

/** What a column that is not an input of the model is like; null: nothing. A link is never a number. */
export function likenessOf(name: string, inputs: ModelInputs, isNumber: boolean): Likeness | null {
  const fields = [...(inputs.fields?.values() ?? [])];
  const bare = bareName(name);
  if (inputs.addresses !== null) {
    const meant = addressLike(bare, fields, inputs.addresses);
    return meant === null ? null : { kind: 'alias', of: meant };
  }
  const alias = aliasOf(bare, isNumber ? fields.filter(({ media }) => media === null) : fields);
  if (alias !== null) return { kind: 'alias', of: alias };
  const shape = shapeInput(fields);
  if (shape !== null) {
    if (sizes.has(bare)) return { kind: 'size', of: shape };
    if (bare === 'width' || bare === 'height') return { kind: bare, of: shape };
  }
  if (counts.has(bare)) return { kind: 'count' };
  if (isWellKnown(name)) return null;
  const akin = akinInput(name, fields);
  return akin === null ? null : { kind: 'akin', of: akin };
}

/** The input that a name of other tools means; null where the model has none. */
function aliasOf(bare: string, fields: readonly InputField[]): string | null {
  for (const [kind, names] of Object.entries(mediaNames)) {
    const ofKind = fields.filter(({ media }) => media === kind);
    const field = ofKind.find(({ required }) => required) ?? ofKind[0];
    if (names.has(bare) && field !== undefined) return field.name;
  }
  const group = groups.find((each) => each.has(bare));
  return fields.find((field) => group?.has(bareName(field.name)))?.name ?? null;
}

const [negatives, positives] = groups;

/** The input that a name of other tools means, among inputs whose keys are addresses. */
function addressLike(
  bare: string,
  fields: readonly InputField[],
  { prompts }: InputAddresses,
): string | null {
  const group = groups.find((each) => each.has(bare));
  if (group === positives && prompts[0] !== undefined) return prompts[0];
  const open = fields.filter(({ isLinked }) => !isLinked);
  const partOf = ({ name }: InputField): string => bareName(name.slice(name.indexOf('.') + 1));
  const says = (pattern: RegExp, { xNames }: InputField): boolean =>
    xNames.some((each) => wordsOfName(each).some((word) => pattern.test(word)));
  const media = Object.entries(mediaNames).find(([, names]) => names.has(bare))?.[0];
  const found =
    open.find((field) => partOf(field) === bare) ??
    (group === negatives
      ? open.find((field) => field.types.includes('string') && says(/^neg/, field))
      : (open.find((field) => group !== undefined && wordsOfName(field.name).includes(bare)) ??
        open.find((field) => group?.has(partOf(field))))) ??
    open.find((field) => field.media !== null && field.media === media);
  return found?.name ?? null;
}

/** The input that says how wide and how high a picture is to be. */
function shapeInput(fields: readonly InputField[]): string | null {
  const bares = fields.map(({ name }) => bareName(name));
  if (bares.includes('width') && bares.includes('height')) return null;
  const at = (names: ReadonlySet<string>): string | undefined =>
    fields[bares.findIndex((each) => names.has(each))]?.name;
  return at(bareNames('aspect_ratio ratio')) ?? at(sizes) ?? null;
}

// What describes a prompt and is not one: `prompt_id`, `num_prompt_tokens`.
const tellingWords = new Set(
  'id ids no nr num number index idx len length lang language type source src hash token tokens count category version name title file path url score style'.split(
    ' ',
  ),
);

/** `evaluation seed` holds `seed`, in whole words. */
function akinInput(name: string, fields: readonly InputField[]): string | null {
  const words = wordsOfName(name);
  let best: { readonly name: string; readonly length: number } | null = null;
  for (const field of fields) {
    const wanted = wordsOfName(field.name);
    const rest = wordsWithout(words, wanted);
    if (rest === null || rest.length === 0 || rest.some((word) => tellingWords.has(word))) continue;
    if (rest.some((word) => /^(negative|neg|no|non|not)$/.test(word))) continue;
    if (best === null || wanted.length > best.length) best = { name: field.name, length: wanted.length };
  }
  return best?.name ?? null;
}

function wordsWithout(words: readonly string[], wanted: readonly string[]): readonly string[] | null {
  const at = words.findIndex((_, start) => wanted.every((word, index) => words[start + index] === word));
  return at === -1 || wanted.length === 0 ? null : words.toSpliced(at, wanted.length);
}
