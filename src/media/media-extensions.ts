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
  'audio/opus': 'opus',
  'audio/aiff': 'aif',
  'image/svg+xml': 'svg',
  'image/vnd.adobe.photoshop': 'psd',
  'model/gltf-binary': 'glb',
  'model/stl': 'stl',
  'model/vnd.usdz+zip': 'usdz',
  'model/3mf': '3mf',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'application/x-tar': 'tar',
  'application/x-7z-compressed': '7z',
  'application/pdf': 'pdf',
};

/** The same for texts; the first of several names is the one that is written. */
const textByMime: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'application/json': 'json',
  'application/ld+json': 'json',
  'application/geo+json': 'json',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'model/gltf+json': 'gltf',
  'model/obj': 'obj',
  'model/mtl': 'mtl',
  'model/vnd.collada+xml': 'dae',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/x-subrip': 'srt',
  'text/srt': 'srt',
  'text/vtt': 'vtt',
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'text/markdown': 'md',
  'application/yaml': 'yaml',
  'text/yaml': 'yaml',
  'application/vnd.apple.mpegurl': 'm3u8',
};

/** Media types by extension, for what is sent; where several have one extension, the first of the table above. */
const byExtension: ReadonlyMap<string, string> = new Map([
  ...Object.entries(byMime)
    .map(([mime, extension]) => [extension, mime] as const)
    .reverse(),
  ...Object.entries(textByMime)
    .map(([mime, extension]) => [extension, mime] as const)
    .reverse(),
  ['jpeg', 'image/jpeg'],
  ['ply', 'model/ply'],
  ['usda', 'model/vnd.usda'],
  ['usd', 'model/vnd.usd'],
  ['ass', 'text/x-ssa'],
  ['ssa', 'text/x-ssa'],
  ['lrc', 'text/plain'],
  ['log', 'text/plain'],
  ['yml', 'application/yaml'],
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
  'tif',
  'fbx',
  'ply',
  'usd',
  'usdc',
  'blend',
  'splat',
  'spz',
  'ksplat',
  'vrm',
  'npz',
  'npy',
  'exr',
  'pcm',
  'mid',
  'safetensors',
  'tgz',
]);

const textExtensions: ReadonlySet<string> = new Set([
  ...Object.values(textByMime),
  ...['ply', 'stl', 'usda', 'usd', 'ass', 'ssa', 'lrc', 'log', 'yml', 'svg'],
]);

/** Archives whose extension says more than that they are archives. */
const zipExtensions: ReadonlySet<string> = new Set(['usdz', '3mf', 'npz', 'zip']);

/** The media type without its parameters, or null when there is none that says anything. */
export function mediaType(contentType: string | null): string | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[a-z]+\/[a-z0-9.+-]+$/.test(type) &&
    !/^(application|binary)\/(octet-stream|x-binary|unknown|download|x-download|force-download)$/.test(type)
    ? type
    : null;
}

/**
 * By Content-Type, then by the end of the link's path, otherwise `bin`. Never an extension that is not in this table.
 */
export function extensionFor(type: string | null, link: string | null): string {
  const told = type === null ? undefined : byMime[type];
  if (told !== undefined) return told;
  const end = link === null ? null : extensionOfLink(link);
  return end !== null && (known.has(end) || textExtensions.has(end)) ? end : 'bin';
}

/** The known extension at the end of a link's path; null: there is none. */
export function extensionOfLink(link: string): string | null {
  const path = URL.parse(link)?.pathname ?? '';
  const end = /\.([a-z0-9]{1,12})$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return byExtension.has(end) || known.has(end) || textExtensions.has(end) ? end : null;
}

/** Whether files of this name can be texts. */
export function isTextExtension(extension: string): boolean {
  return textExtensions.has(extension);
}

/** By the media type of a text; null: it says nothing. */
export function extensionOfText(type: string | null): string | null {
  if (type === null) return null;
  const told = textByMime[type];
  if (told !== undefined) return told;
  if (type.endsWith('+json')) return 'json';
  if (type.endsWith('+xml')) return 'xml';
  return type.startsWith('text/') ? 'txt' : null;
}

/** What a ZIP archive is called: as its link or its type says, where that is the name of one. */
export function zipExtension(type: string | null, link: string | null): string {
  const told = [type === null ? null : (byMime[type] ?? null), link === null ? null : extensionOfLink(link)];
  return told.find((each) => each !== null && each !== 'zip' && zipExtensions.has(each)) ?? 'zip';
}

/** The media type of a file with this extension, which is in lower case and without a dot. */
export function mimeOf(extension: string): string {
  return byExtension.get(extension) ?? 'application/octet-stream';
}
