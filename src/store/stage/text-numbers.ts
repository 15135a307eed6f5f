/**
 * Which number a text was first given by. It keeps eight bytes for a slot and no text, so that a million texts take 16 MB;
 * an index of the database that is filled in the order of hashes takes ten times the time.
 */
interface TextNumbers {
  /** The number that the text has; null: it had none, and has this one from now on. Numbers count from 1. */
  claim(text: string, num: number): number | null;
  /** The number that the text has; null: none. */
  find(text: string): number | null;
}

const firstSlots = 1_024;

/** `textOf` gives the text of a number, for texts whose hashes are equal. */
export function textNumbers(textOf: (num: number) => string | null): TextNumbers {
  // A number of 0 marks a free slot.
  let nums = new Uint32Array(firstSlots);
  let hashes = new Uint32Array(firstSlots);
  let count = 0;

  /** The slot of a text, or the free one where it belongs. */
  function slotOf(text: string, hash: number): number {
    const mask = nums.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const num = nums[slot] as number;
      if (num === 0 || (hashes[slot] === hash && textOf(num) === text)) return slot;
    }
  }

  function grow(): void {
    const [oldNums, oldHashes] = [nums, hashes];
    nums = new Uint32Array(oldNums.length * 2);
    hashes = new Uint32Array(oldNums.length * 2);
    const mask = nums.length - 1;
    for (let from = 0; from < oldNums.length; from += 1) {
      if (oldNums[from] === 0) continue;
      const hash = oldHashes[from] as number;
      let slot = hash & mask;
      while (nums[slot] !== 0) slot = (slot + 1) & mask;
      nums[slot] = oldNums[from] as number;
      hashes[slot] = hash;
    }
  }

  return {
    claim(text, num) {
      const hash = hashOf(text);
      const slot = slotOf(text, hash);
      const known = nums[slot] as number;
      if (known !== 0) return known;
      nums[slot] = num;
      hashes[slot] = hash;
      count += 1;
      // Three quarters: beyond that, searching takes longer than growing.
      if (count * 4 > nums.length * 3) grow();
      return null;
    },
    find(text) {
      const num = nums[slotOf(text, hashOf(text))] as number;
      return num === 0 ? null : num;
    },
  };
}

/** FNV-1a, with the last step of MurmurHash3 so that its lower bits depend on all of it. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
