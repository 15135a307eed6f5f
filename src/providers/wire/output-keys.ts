/** `hasNSFWConcepts`, `has-nsfw-concepts` and `has_nsfw_concepts` as the same words. */
export function keyWords(key: string): readonly string[] {
  return key
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, (both, before, after) =>
      after ? `${before}_${after}` : `${both}_`,
    )
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

export function keyName(key: string): string {
  return keyWords(key).join('_');
}

// A server that makes up keys must not fill the memory.
const maxKeys = 500;
const maxKeyLength = 60;

/** The same, remembered for each key: answers repeat their keys, and taking one apart takes longer than all else. */
export function byKey<T>(tell: (key: string) => T): (key: string) => T {
  const told = new Map<string, T>();
  return (key) => {
    const known = told.get(key);
    if (known !== undefined) return known;
    const value = tell(key);
    if (told.size < maxKeys && key.length <= maxKeyLength) told.set(key, value);
    return value;
  };
}

/** What went in, told back: nothing below such a key was made by the request. */
const inputNames = /^(inputs?(_.*)?|.*_inputs?|sources?(_.*)?|request|arguments|params|parameters)$/;

/** The API's own addresses and what it says about its work. */
const apiNames =
  /^((status|result|response|cancel|stream|webhook|callback|logs?)_ur[li]s?|status|cancel|stream|webhooks?|webhook_.*|callback|logs?|get|web)$/;

/** Below such a key no output is looked for. */
export const isBesideOutputs = byKey((key): boolean => {
  const name = keyName(key);
  return inputNames.test(name) || apiNames.test(name);
});

const familyByWord: ReadonlyMap<string, string> = new Map([
  ...['image', 'images', 'img', 'picture', 'pictures', 'photo', 'photos', 'mask', 'masks'].map(
    (word) => [word, 'image'] as const,
  ),
  ...['video', 'videos', 'movie', 'movies'].map((word) => [word, 'video'] as const),
  ...['audio', 'audios', 'music', 'song', 'songs', 'speech'].map((word) => [word, 'audio'] as const),
]);

/** What a key promises of the files below it: `image`, `video` or `audio`; null: nothing. */
export const familyOfKey = byKey((key): string | null => {
  for (const word of keyWords(key)) {
    const family = familyByWord.get(word);
    if (family !== undefined) return family;
  }
  return null;
});

const fileWords: ReadonlySet<string> = new Set([
  ...familyByWord.keys(),
  ...[
    'url',
    'urls',
    'uri',
    'uris',
    'link',
    'links',
    'file',
    'files',
    'media',
    'asset',
    'assets',
    'b64',
    'base64',
  ],
  ...[
    'artifact',
    'artifacts',
    'download',
    'downloads',
    'archive',
    'zip',
    'gif',
    'gifs',
    'animation',
    'clip',
    'clips',
  ],
  ...[
    'sound',
    'sounds',
    'voice',
    'mesh',
    'meshes',
    'glb',
    'gltf',
    'obj',
    'usdz',
    'fbx',
    'stl',
    'ply',
    'svg',
    'pdf',
  ],
  ...[
    'thumbnail',
    'thumbnails',
    'preview',
    'previews',
    'poster',
    'cover',
    'frame',
    'frames',
    'texture',
    'textures',
  ],
]);

/** Whether a key is the place of a file: where that is empty, a file is missing. */
export const isFileKey = byKey((key): boolean => keyWords(key).some((word) => fileWords.has(word)));

const rootNames: ReadonlySet<string> = new Set([
  ...[
    'output',
    'outputs',
    'result',
    'results',
    'data',
    'generation',
    'generations',
    'samples',
    'predictions',
  ],
]);

/** Links at the top level that lead to pages of the provider, not to files. */
const pageLinks =
  /^(model|docs?|documentation|help|license|pricing|page|home|web|website|request|next|prev|previous|support|dashboard)_ur[li]$/;

/** Whether a member of an answer itself, beside its state and its times, can hold outputs. */
export const isOutputRoot = byKey((key): boolean => {
  const name = keyName(key);
  if (isBesideOutputs(key) || pageLinks.test(name)) return false;
  return rootNames.has(name) || isFileKey(key) || isTextKey(key);
});

/** Names that say where something lies on the server: no link, though they may look like a relative one. */
export const isPathKey = byKey((key): boolean =>
  /(^|_)(path|name|filename|subfolder|dir|directory|folder)$/.test(keyName(key)),
);

/** Names whose value is an address, however it is written. */
export const isLinkKey = byKey((key): boolean => /(^|_)(url|uri|href|link)s?$/.test(keyName(key)));

const textWords: ReadonlySet<string> = new Set([
  ...['text', 'texts', 'caption', 'captions', 'transcript', 'transcripts', 'transcription', 'transcriptions'],
  ...['lyrics', 'subtitles', 'srt', 'vtt', 'ocr', 'answer', 'completion'],
]);

/** Whether what stands under a key is a text that the model has made. */
export const isTextKey = byKey((key): boolean => {
  const words = keyWords(key);
  return textWords.has(words.at(-1) ?? '') && !words.includes('prompt') && !words.includes('alt');
});

const metadataNames = new RegExp(
  `^(${[
    'seeds?|width|height|steps|fps|cfg|guidance(_scale)?|scheduler|sampler|num_.*|index|version|progress',
    '(.*_)?(time|timings?|duration|ms|seconds|at|id|finish_reason|finished_reason)|finish_reason|created',
    'status|state|success|ok|model|model_(name|version)|type|format|usage|metrics|cost|price|logs?',
    'content_type|media_type|mime|mime_type|size|file_size|filename|file_name|.*_path|subfolder|nsfw.*',
  ].join('|')})$`,
);

/** Whether a key tells of a result rather than being one. */
export const isMetadataKey = byKey((key): boolean => metadataNames.test(keyName(key)));
