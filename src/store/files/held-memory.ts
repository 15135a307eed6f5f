/** Memory for downloads that are held until they are written. */
export interface HeldMemory {
  /** null: too much is held already. */
  take(bytes: number): Lent | null;
  /** Takes back what is no longer needed, to be lent again. */
  reuse(memory: ArrayBuffer): void;
}

interface Lent {
  /** Of that length, in memory that holds nothing else and may be transferred to another thread. */
  readonly bytes: Buffer;
  /** It counts no more; called once. */
  end(): void;
}

/** Smaller memory costs less to make than to give back. */
export const minReusedBytes = 65_536;

/**
 * Lends at most `maxBytes` at a time. Memory that came back is lent again: for fresh memory the system takes longer
 * than it takes to copy a picture into it.
 */
export function heldMemory(maxBytes: number): HeldMemory {
  let idle: ArrayBuffer[] = [];
  let lentBytes = 0;

  /** The smallest that suffices, unless most of it would lie idle. */
  function found(bytes: number): ArrayBuffer | null {
    const [best] = idle
      .filter(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes)
      .sort((a, b) => a.byteLength - b.byteLength);
    if (best === undefined) return null;
    idle = idle.filter((each) => each !== best);
    return best;
  }

  return {
    take(bytes) {
      if (lentBytes + bytes > maxBytes) return null;
      const size = Math.ceil(bytes / minReusedBytes) * minReusedBytes;
      const memory = bytes < minReusedBytes ? null : (found(size) ?? Buffer.allocUnsafeSlow(size).buffer);
      lentBytes += bytes;
      return {
        bytes: memory === null ? Buffer.allocUnsafeSlow(bytes) : Buffer.from(memory, 0, bytes),
        end() {
          lentBytes -= bytes;
        },
      };
    },
    reuse(memory) {
      const idleBytes = idle.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (memory.byteLength >= minReusedBytes && idleBytes + memory.byteLength <= maxBytes) idle.push(memory);
    },
  };
}
