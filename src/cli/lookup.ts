import type { Model } from '../core/models.ts';
import { type Access, tokenOf } from './endpoint.ts';
import { realClock } from './real-clock.ts';

export interface Lookup {
  /** What the catalogue knows of a model; null: there is none of that id. */
  find(id: string): Promise<Model | null>;
  close(): Promise<void>;
}

/** The catalogue, reached for only when a model is not built in: most plans need no network at all. */
export function lookup(access: () => Promise<Access>): Lookup {
  let close = async (): Promise<void> => {};

  async function open(): Promise<(id: string) => Promise<Model | null>> {
    const [{ catalogue }, { openConnections }] = await Promise.all([
      import('../http/catalogue.ts'),
      import('../http/connections.ts'),
    ]);
    const reached = await access();
    const token = tokenOf(reached);
    const connections = openConnections({ api: 4, files: 1 });
    close = () => connections.close();
    const known = catalogue({ base: reached.base, token, dispatcher: connections.api, now: realClock.now });
    return (id) => known.model(id, new AbortController().signal);
  }

  let opened: ReturnType<typeof open> | null = null;
  return {
    async find(id) {
      opened ??= open();
      const find = await opened;
      return find(id);
    },
    close: () => close(),
  };
}
