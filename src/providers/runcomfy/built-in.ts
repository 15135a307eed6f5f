import type { Model } from '../../core/models.ts';

/** Built in, so that the first run needs no catalogue. Source: the model's API page. Its price is not known. */
export const ideogramV2: Model = {
  id: 'ideogram/ideogram-v2/generate',
  displayName: 'Ideogram v2',
  description: 'Text to image with readable lettering.',
  categories: ['text-to-image'],
  kind: 'model',
  price: null,
  pricingNote: null,
  modelUrl: null,
  inputSchema: {
    type: 'object',
    required: ['prompt'],
    properties: {
      prompt: { type: 'string', title: 'Prompt', description: 'What the image shows.' },
      style: {
        type: 'string',
        title: 'Style',
        enum: ['auto', 'general', 'realistic', 'design', 'render_3D', 'anime'],
        default: 'auto',
      },
      aspect_ratio: {
        type: 'string',
        title: 'Aspect ratio',
        enum: ['3:1', '16:9', '16:10', '3:2', '4:3', '1:1', '3:4', '2:3', '10:16', '9:16', '1:3'],
        default: '1:1',
      },
      expand_prompt: {
        type: 'boolean',
        title: 'Magic Prompt',
        description: 'Rewrites the prompt unless turned off.',
        default: true,
      },
      negative_prompt: { type: 'string', title: 'Negative prompt', default: null },
      seed: { type: 'integer', title: 'Seed', minimum: 0, maximum: 2_147_483_647, default: 0 },
    },
  },
};
