import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

const seed = ['INT', { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER }] as const;
const side = ['INT', { default: 512, min: 16, max: 16_384 }] as const;
const strength = ['FLOAT', { default: 1, min: -100, max: 100 }] as const;
const text = ['STRING', { multiline: true }] as const;
const samplers = [['euler', 'euler_ancestral', 'dpmpp_2m', 'dpmpp_sde', 'ddim', 'uni_pc']] as const;
const schedulers = [['normal', 'karras', 'exponential', 'simple', 'beta']] as const;
const checkpoints = [['dreamshaper_8.safetensors', 'sd_xl_base_1.0.safetensors']] as const;
const loras = [['watercolor.safetensors', 'pixel-art.safetensors']] as const;
const scalers = [['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos']] as const;

/** The kinds of nodes that deployments here can run, with what they take and give, in ComfyUI's own form. */
export const nodeKinds: Readonly<Record<string, JsonObject>> = {
  CheckpointLoaderSimple: kind({ ckpt_name: checkpoints }, ['MODEL', 'CLIP', 'VAE']),
  LoraLoader: kind(
    {
      model: ['MODEL'],
      clip: ['CLIP'],
      lora_name: loras,
      strength_model: strength,
      strength_clip: strength,
    },
    ['MODEL', 'CLIP'],
  ),
  CLIPTextEncode: kind({ text, clip: ['CLIP'] }, ['CONDITIONING']),
  EmptyLatentImage: kind(
    { width: side, height: side, batch_size: ['INT', { default: 1, min: 1, max: 64 }] },
    ['LATENT'],
  ),
  KSampler: kind(
    {
      model: ['MODEL'],
      seed,
      steps: ['INT', { default: 20, min: 1, max: 10_000 }],
      cfg: ['FLOAT', { default: 8, min: 0, max: 100 }],
      sampler_name: samplers,
      scheduler: schedulers,
      positive: ['CONDITIONING'],
      negative: ['CONDITIONING'],
      latent_image: ['LATENT'],
      denoise: ['FLOAT', { default: 1, min: 0, max: 1 }],
    },
    ['LATENT'],
  ),
  VAEDecode: kind({ samples: ['LATENT'], vae: ['VAE'] }, ['IMAGE']),
  VAEEncode: kind({ pixels: ['IMAGE'], vae: ['VAE'] }, ['LATENT']),
  LoadImage: kind({ image: [['photo.png'], { image_upload: true }] }, ['IMAGE', 'MASK']),
  ImageScaleBy: kind(
    {
      image: ['IMAGE'],
      upscale_method: scalers,
      scale_by: ['FLOAT', { default: 1, min: 0.01, max: 8 }],
    },
    ['IMAGE'],
  ),
  PrimitiveStringMultiline: kind({ value: text }, ['STRING']),
  SaveImage: kind({ images: ['IMAGE'], filename_prefix: ['STRING', { default: 'ComfyUI' }] }, []),
};

function kind(required: JsonObject, output: readonly string[]): JsonObject {
  return { input: { required }, output };
}

/** What an input of a node takes: the name of a type or the words to choose from, and its bounds; null: not known. */
export function takenBy(classType: string, input: string): InputKind | null {
  const inputs = nodeKinds[classType]?.input;
  const required = isJsonObject(inputs) && isJsonObject(inputs.required) ? inputs.required : {};
  const found = Object.hasOwn(required, input) ? required[input] : undefined;
  if (!Array.isArray(found)) return null;
  const [type, bounds] = found as readonly JsonValue[];
  return { type: type as InputKind['type'], bounds: isJsonObject(bounds) ? bounds : {} };
}

export interface InputKind {
  readonly type: string | readonly string[];
  readonly bounds: JsonObject;
}
