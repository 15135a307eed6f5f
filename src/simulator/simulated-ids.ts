import { roll } from './simulated-dice.ts';

/** A request's id as a number. */
export function idAsNumber(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

/** A request's id with dots. */
export function idWithDots(id: string): string {
  return id.replaceAll('-', '.');
}

/** The id that was given out in another form. */
export function idBehind(odd: string, requests: ReadonlyMap<string, unknown>): string {
  if (!/^\d{1,15}$/.test(odd)) return odd.replaceAll('.', '-');
  return [...requests.keys()].find((id) => idAsNumber(id) === Number(odd)) ?? odd;
}

/** Looks like a UUID; the same under the same seed for the nth submission of a body. */
export function requestId(seed: number, key: string, nth: number): string {
  const digits = [0, 1, 2, 3].map((part) =>
    Math.floor(roll(seed, 'id', key, nth, part) * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  );
  const all = digits.join('');
  const variant = '89ab'[Number.parseInt(all[16] as string, 16) & 3];
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-4${all.slice(13, 16)}-${variant}${all.slice(17, 20)}-${all.slice(20)}`;
}
