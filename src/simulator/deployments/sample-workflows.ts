import type { JsonObject } from '../../core/json.ts';

/** A node of a workflow in ComfyUI's API format. Another node's output is a pair: its id and the output's number. */
export interface WorkflowNode {
  readonly inputs: JsonObject;
  readonly class_type: string;
  readonly _meta: { readonly title: string };
}
export type Workflow = Readonly<Record<string, WorkflowNode>>;

function node(classType: string, inputs: JsonObject, title = classType): WorkflowNode {
  return { inputs, class_type: classType, _meta: { title } };
}

/** Text to image with a LoRA. */
export const posterWorkflow: Workflow = {
  '4': node('CheckpointLoaderSimple', { ckpt_name: 'dreamshaper_8.safetensors' }, 'Load Checkpoint'),
  '5': node('EmptyLatentImage', { width: 512, height: 512, batch_size: 1 }, 'Empty Latent Image'),
  '6': node(
    'CLIPTextEncode',
    { text: 'a lighthouse on a cliff, morning light', clip: ['10', 1] },
    'Positive prompt',
  ),
  '7': node('CLIPTextEncode', { text: 'text, watermark', clip: ['10', 1] }, 'Negative prompt'),
  '8': node('VAEDecode', { samples: ['31', 0], vae: ['4', 2] }, 'VAE Decode'),
  '9': node('SaveImage', { filename_prefix: 'ComfyUI', images: ['8', 0] }, 'Save Image'),
  '10': node(
    'LoraLoader',
    {
      lora_name: 'watercolor.safetensors',
      strength_model: 0.8,
      strength_clip: 1,
      model: ['4', 0],
      clip: ['4', 1],
    },
    'Load LoRA',
  ),
  '31': node('KSampler', {
    seed: 42,
    steps: 20,
    cfg: 7.5,
    sampler_name: 'euler',
    scheduler: 'normal',
    denoise: 1,
    model: ['10', 0],
    positive: ['6', 0],
    negative: ['7', 0],
    latent_image: ['5', 0],
  }),
};

/** Repaints a photo and saves the result in two sizes. Its prompt comes from a node of its own. */
export const repaintWorkflow: Workflow = {
  '1': node('LoadImage', { image: 'photo.png' }, 'Photo'),
  '2': node('PrimitiveStringMultiline', { value: 'an oil painting, thick strokes' }, 'Prompt'),
  '4': node('CheckpointLoaderSimple', { ckpt_name: 'sd_xl_base_1.0.safetensors' }, 'Load Checkpoint'),
  '6': node('CLIPTextEncode', { text: ['2', 0], clip: ['4', 1] }, 'Positive prompt'),
  '7': node('CLIPTextEncode', { text: 'blurry', clip: ['4', 1] }, 'Negative prompt'),
  '11': node('VAEEncode', { pixels: ['1', 0], vae: ['4', 2] }, 'VAE Encode'),
  '3': node('KSampler', {
    seed: 7,
    steps: 24,
    cfg: 6,
    sampler_name: 'dpmpp_2m',
    scheduler: 'karras',
    denoise: 0.55,
    model: ['4', 0],
    positive: ['6', 0],
    negative: ['7', 0],
    latent_image: ['11', 0],
  }),
  '8': node('VAEDecode', { samples: ['3', 0], vae: ['4', 2] }, 'VAE Decode'),
  '9': node('SaveImage', { filename_prefix: 'repainted', images: ['8', 0] }, 'Save Image'),
  '12:3': node('ImageScaleBy', { image: ['8', 0], upscale_method: 'lanczos', scale_by: 2 }, 'Upscale'),
  '12': node('SaveImage', { filename_prefix: 'large', images: ['12:3', 0] }, 'Save large image'),
};

/** What the deployment of a trained LoRA takes: flat, in RunComfy's dialect. */
export const portraitSchema: JsonObject = {
  type: 'object',
  required: ['prompt'],
  properties: {
    prompt: { type: 'string', title: 'Prompt', maxLength: 4_000 },
    neg: { type: 'string', title: 'Negative prompt', default: '' },
    ctrl_img_1: { type: 'string', title: 'Control image', format: 'image_uri', default: null },
    width: { type: 'integer', title: 'Width', minimum: 256, maximum: 2_048, default: 1_024 },
    height: { type: 'integer', title: 'Height', minimum: 256, maximum: 2_048, default: 1_024 },
    guidance_scale: { type: 'float', title: 'Guidance', minimum: 0, maximum: 20, default: 4 },
    sample_steps: { type: 'integer', title: 'Steps', minimum: 1, maximum: 100, default: 25 },
    network_multiplier: { type: 'float', title: 'LoRA strength', minimum: 0, maximum: 2, default: 1 },
    seed: { type: 'integer', title: 'Seed', minimum: 0, maximum: 4_294_967_295, default: 42 },
    sampler: { type: 'string', title: 'Sampler', enum: ['flowmatch', 'ddpm'], default: 'flowmatch' },
  },
};
