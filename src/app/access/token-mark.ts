import { randomBytes, scrypt } from 'node:crypto';
import type { TokenMark } from '../../store/ledger/folder-account.ts';

// Some 50 ms for each guess.
const cost = { N: 2 ** 14, r: 8, p: 1 } as const;

// Enough to tell two tokens apart, and far too little to find a token by: countless others have the same mark.
const markBytes = 4;

/** A mark by which a token is known again, though nobody can tell the token by it. */
export function tokenMark(token: string, salt = randomBytes(16).toString('hex')): Promise<TokenMark> {
  return new Promise((resolve, reject) => {
    scrypt(token, salt, markBytes, cost, (error, mark) => {
      if (error === null) resolve({ salt, mark: mark.toString('hex') });
      else reject(error);
    });
  });
}

export async function isMarkOf(token: string, { salt, mark }: TokenMark): Promise<boolean> {
  return (await tokenMark(token, salt)).mark === mark;
}
