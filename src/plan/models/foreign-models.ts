/** Whose models are called so, by the form of the id; the first that fits holds. */
const makers: readonly (readonly [string, RegExp])[] = [
  ['a checkpoint for A1111 or ComfyUI', /\.(safetensors|ckpt|gguf|sft|pth)(\s*\[[0-9a-f]{6,}\])?$/i],
  ['a model of Civitai', /^(urn:air:|civitai[:/.])/i],
  ['a model of fal', /^fal-ai\//i],
  ['a version of Replicate', /^[\w.-]+\/[\w.-]+:[0-9a-f]{32,64}$/i],
  ['a model of OpenAI', /^(openai[/:])?(gpt-|chatgpt|dall[-_ ]?e|sora)/i],
  ['a model of Midjourney', /^(midjourney|niji|mj)([\W_]|\d|$)/i],
  ['a model of Black Forest Labs', /^(black-forest-labs\/|bfl\/)|^flux([\W_]|\d|$)/i],
  [
    'a model of Stability AI',
    /^(stabilityai|stability-ai|runwayml)\/|^(sdxl|sd[-_ ]?[123x]|stable[-_ ]?(diffusion|image|cascade|video))/i,
  ],
  ['a model of Google', /^(google\/|models\/)?(imagen|gemini|veo)([\W_]|\d|$)/i],
  ['a model of Amazon', /^(amazon[./])|^(titan-image|nova-canvas|nova-reel)/i],
  ["a model of Ideogram's own API", /^(V_\d\w*|ideogram([-_ ]?v?_?\d[\w.-]*)?)$/i],
  ['a model of Leonardo', /^leonardo/i],
  ['a model of Recraft', /^recraft/i],
  ['a model of Adobe', /^(adobe\/|firefly)/i],
  ['a model of Luma', /^(luma\/|luma-?labs|photon(-flash)?-?\d|ray-?\d)/i],
  ['a model of Kling', /^kling([\W_]|\d|$)/i],
  ['a model of Runway', /^(runway\/|gen[-_ ]?[34])/i],
  ['a model of xAI', /^(xai\/)?grok/i],
  ['a model of Alibaba', /^(qwen[-_/]|wanx?[-_]?\d)/i],
  ['a model of ByteDance', /^(doubao|seedream|seedance)/i],
  ['a model of MiniMax', /^(minimax|hailuo)([\W_]|\d|$)/i],
];

/** Whose model the id names, as the end of the sentence `it is …`; null: unknown. */
export function makerOf(id: string): string | null {
  if (id.length > 200) return null;
  return makers.find(([, pattern]) => pattern.test(id.trim()))?.[0] ?? null;
}
