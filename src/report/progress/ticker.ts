/** Calls `tick` every `everyMs` until the returned function is called. */
export type Ticker = (everyMs: number, tick: () => void) => () => void;

/** Never keeps the program alive. */
export const realTicker: Ticker = (everyMs, tick) => {
  const timer = setInterval(tick, everyMs);
  timer.unref();
  return () => clearInterval(timer);
};
