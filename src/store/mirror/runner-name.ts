import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * A name for the runner of a folder. Only the first one of a run is called after its machine alone: whatever names are
 * free when another joins, a third may take the same one at that moment, and each would take the other's place.
 */
export function runnerName(isFirst = false): string {
  const host = plainName(hostname()) || 'machine';
  return isFirst ? host : `${host}-${randomBytes(3).toString('hex')}`;
}

function plainName(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60);
}
