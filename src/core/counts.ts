/** `1,632`. Not by Intl, whose knowledge of languages takes longer to load than a short command. */
export function showCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 job`, `1,632 jobs`, `2 retries` */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${showCount(count)} ${count === 1 ? one : many}`;
}
