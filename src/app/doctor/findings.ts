/** What one check has found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was found, without a full stop at its end. */
  readonly found: string;
  /** What to do about it, as a sentence; null: nothing. */
  readonly remedy: string | null;
}

export function good(check: string, found: string): Finding {
  return { check, state: 'ok', found, remedy: null };
}

export function doubtful(check: string, found: string, remedy: string): Finding {
  return { check, state: 'warn', found, remedy };
}

export function bad(check: string, found: string, remedy: string): Finding {
  return { check, state: 'fail', found, remedy };
}
