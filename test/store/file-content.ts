/** What a file of this name holds: some of its own bytes alone, in memory of their own. */
export function contentOf(name: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1_000 + ((name.length * 7_919) % 60_000));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (name.charCodeAt(at % name.length) + at) % 256;
  return bytes;
}
