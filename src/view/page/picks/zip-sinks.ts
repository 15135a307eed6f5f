import { saveBlob } from './save-blob.ts';

/** Where a file goes: whole, or not at all. */
export interface Sink {
  take(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void>;
}

/** Collects the file in the browser and downloads it. */
export async function downloadSink(name: string): Promise<Sink> {
  return {
    async take(stream, signal) {
      const blob = await new Response(stream, { headers: { 'content-type': 'application/zip' } }).blob();
      signal.throwIfAborted();
      saveBlob(blob, name);
    },
  };
}

interface SavePicker {
  showSaveFilePicker?(options: {
    suggestedName: string;
    types: readonly { accept: Record<string, readonly string[]> }[];
  }): Promise<FileSystemFileHandle>;
}

/** Writes the file to disk as it is made; the target appears when it is complete. null: the browser cannot do that. */
export const fileSink: ((name: string) => Promise<Sink | null>) | null =
  (window as SavePicker).showSaveFilePicker === undefined ? null : openFileSink;

async function openFileSink(name: string): Promise<Sink | null> {
  let handle: FileSystemFileHandle | undefined;
  try {
    handle = await (window as SavePicker).showSaveFilePicker?.({
      suggestedName: name,
      types: [{ accept: { 'application/zip': ['.zip'] } }],
    });
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) throw thrown;
    // The user has closed the dialog, or the browser does not allow it here.
    return thrown.name === 'AbortError' ? null : downloadSink(name);
  }
  if (handle === undefined) return null;
  const target = await handle.createWritable();
  return {
    // A pipe that breaks aborts its target, which then stays as it was.
    take: (stream, signal) => stream.pipeTo(target, { signal }),
  };
}
