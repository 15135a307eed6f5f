/** Extensions by media type, for content whose bytes nobody recognises. */
const byMime: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/bmp': 'bmp',
  'image/tiff': 'tif',
  'image/vnd.radiance': 'hdr',
  'image/x-exr': 'exr',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
  'video/mpeg': 'mpg',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/aac': 'aac',
  'audio/mp4': 'm4a',
  'model/gltf-binary': 'glb',
  'model/stl': 'stl',
  'application/zip': 'zip',
  'application/pdf': 'pdf',
};

/** Media types by extension, for what is sent; where several have one extension, the first of the table above. */
const byExtension: ReadonlyMap<string, string> = new Map([
  ...Object.entries(byMime)
    .map(([mime, extension]) => [extension, mime] as const)
    .reverse(),
  ['jpeg', 'image/jpeg'],
  ['apng', 'image/apng'],
  ['heif', 'image/heif'],
  ['jxl', 'image/jxl'],
  ['svg', 'image/svg+xml'],
  ['tiff', 'image/tiff'],
  ['m4v', 'video/x-m4v'],
  ['avi', 'video/vnd.avi'],
  ['opus', 'audio/ogg'],
  ['oga', 'audio/ogg'],
  ['aif', 'audio/aiff'],
]);

const known: ReadonlySet<string> = new Set([
  ...Object.values(byMime),
  'jpeg',
  'tiff',
  'fbx',
  'ply',
  'usdz',
  'safetensors',
]);

/** The media type without its parameters, or null when there is none that says anything. */
export function mediaType(contentType: string | null): string | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[a-z]+\/[a-z0-9.+-]+$/.test(type) && type !== 'application/octet-stream' ? type : null;
}

/** By Content-Type, then by the end of the link's path, otherwise `bin`. Only names of this table, whoever says so. */
export function extensionFor(type: string | null, link: string): string {
  const told = type === null ? undefined : byMime[type];
  if (told !== undefined) return told;
  const path = URL.canParse(link) ? new URL(link).pathname : '';
  const end = /\.([a-z0-9]{1,12})$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return known.has(end) ? end : 'bin';
}

/** The media type of a file with this extension, which is in lower case and without a dot. */
export function mimeOf(extension: string): string {
  return byExtension.get(extension) ?? 'application/octet-stream';
}
