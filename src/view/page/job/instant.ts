import { element } from '../widgets/dom.ts';

/** An instant in the reader's own time, with ISO 8601 in UTC under the pointer. */
export function instant(at: number): HTMLTimeElement {
  const iso = new Date(at).toISOString();
  return element('time', { datetime: iso, title: iso }, instantText(at));
}

export function instantText(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
