import type { JsonObject, JsonValue } from '../../core/json.ts';

const maxMs = 24 * 3_600_000;

/** How long an instance worked on a request, where its result tells both ends of that; null: it does not. */
export function workedMs({ started_at: started, finished_at: finished }: JsonObject): number | null {
  const ms = instantOf(finished) - instantOf(started);
  return ms >= 0 && ms <= maxMs ? ms : null;
}

/** `2026-01-15T09:30:00.123456+00:00`; NaN: no such time. */
function instantOf(value: JsonValue | undefined): number {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
}
