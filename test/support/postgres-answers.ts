/** One message of the server, or a piece of one that is not held until it is whole. */
export interface Answer {
  /** Its letter in the protocol; empty: a piece. */
  readonly type: string;
  readonly bytes: Buffer;
}

const longestHeld = 1_024;

/** Takes the server's side of a connection apart into messages, as its bytes come; long ones pass in pieces. */
export function answersIn(): (bytes: Buffer) => Answer[] {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of a long message that are still to come. */
  let passing = 0;
  let isFirst = true;

  return (bytes) => {
    const answers: Answer[] = [];
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    const pass = (length: number, type: string): void => {
      answers.push({ type, bytes: held.subarray(0, length) });
      held = held.subarray(length);
    };
    // The answer to a request for TLS is a bare letter.
    if (isFirst && held[0] !== undefined) {
      isFirst = false;
      if (held.length === 1 && /[NS]/.test(held.toString('latin1'))) pass(1, '');
    }
    for (;;) {
      if (passing > 0) {
        if (held.length === 0) return answers;
        const length = Math.min(passing, held.length);
        passing -= length;
        pass(length, '');
        continue;
      }
      if (held.length < 5) return answers;
      const length = 1 + held.readUInt32BE(1);
      if (length > longestHeld) passing = length;
      else if (held.length < length) return answers;
      else pass(length, String.fromCharCode(held[0] as number));
    }
  };
}
