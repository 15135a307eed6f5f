/**
 * How a staged plan takes its place in the folder. `replaces`: it is what the input asks for now, instead of what it
 * asked for before. `extends`: it follows everything that is planned, all of which stays.
 */
export type Standing = 'replaces' | 'extends';

/**
 * The numbers of added jobs start here, far behind those of any input's plan. So what was added stays planned, in its
 * order, whatever becomes of the input.
 */
export const firstAdded = 1_000_000_000_000;

const isStaged = `EXISTS (
  SELECT 1 FROM main.known JOIN main.chosen ON chosen.num = known.num WHERE known.job = job.num)`;

/** True of a job of the folder's plan that is not planned any more. */
export const goneSql = {
  replaces: `in_plan = 1 AND seq < ${firstAdded} AND NOT ${isStaged}`,
  extends: 'false',
} as const satisfies Record<Standing, string>;

/** True of a job of the folder's plan that stays planned though it is not staged. */
export const staysSql = {
  replaces: `in_plan = 1 AND seq >= ${firstAdded} AND NOT ${isStaged}`,
  extends: `in_plan = 1 AND NOT ${isStaged}`,
} as const satisfies Record<Standing, string>;
