import { element } from '../widgets/dom.ts';

/** An instant in the user's time zone, with ISO 8601 in UTC as its tooltip. */
export function instant(at: number): HTMLTimeElement {
  const iso = new Date(at).toISOString();
  return element('time', { datetime: iso, title: iso }, instantText(at));
}

export function instantText(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
