import { readFileSync } from 'node:fs';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { Model } from '../../core/models.ts';
import type { Price } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { Catalogue, Provider } from '../../core/provider.ts';
import { type ModelCache, modelCache, modelsFolder } from '../../store/folder/model-cache.ts';
import { realClock } from '../real-clock.ts';
import { type Access, tokenOf } from './endpoint.ts';

/** Where models come from: a schema file, what is built in, the cache on disk, the catalogue. */
interface ModelSource {
  /** null: there is no model of that id. */
  find(id: string): Promise<Model | null>;
  /** The same without waiting for the price, which is asked for meanwhile: `priceOf` has it. */
  findAhead(id: string): Promise<Model | null>;
  /** The price of a model that was found. */
  priceOf(model: Model): Promise<Price | null>;
  /** Ids of the catalogue, one of which may be suggested; empty where it does not say in time. */
  ids(): Promise<readonly string[]>;
  /** null: there is no token, or the API does not say in time. */
  balanceUsd(): Promise<number | null>;
  close(): Promise<void>;
}

interface ModelSourceOptions {
  readonly provider: Provider;
  access(): Promise<Access>;
  readonly env: Environment;
  /** `--schema FILE`, and the model that it is for. */
  readonly schema: { readonly file: string; readonly id: string } | null;
  /** The built-in model's price where it is known without a call, as in a rehearsal; null: the catalogue is asked. */
  readonly builtInPrice: Price | null;
  /** Gets a sentence when an old entry has to serve. */
  warn(sentence: string): void;
}

// A catalogue changes by the week; a night's plans should not each ask again.
const dayMs = 24 * 3_600_000;
const balanceWaitMs = 5_000;
const suggestionWaitMs = 5_000;

/** The catalogue is reached for only when nothing nearer knows: most plans need no network at all. */
export function modelSource(options: ModelSourceOptions): ModelSource {
  const { provider, access, env, schema, builtInPrice, warn } = options;
  const cache = modelCache(modelsFolder(env));
  const closers: (() => Promise<void>)[] = [];
  /** Of built-in models, as the API tells it; none of them rejects. */
  const askedPrices = new Map<string, Promise<Price | null>>();
  let opened: Promise<Reach> | null = null;

  async function open(): Promise<Reach> {
    const reached = await access();
    const token = tokenOf(reached);
    const [{ openConnections }, { transportOver }] = await Promise.all([
      import('../../http/connections.ts'),
      import('../../http/exchange.ts'),
    ]);
    const connections = openConnections({ api: 4, files: 1 }, reached.proxies);
    closers.push(() => connections.close());
    const transport = transportOver(connections.api, realClock.now);
    const catalogue = await provider.catalogue({ base: reached.base, token }, transport);
    return { access: reached, catalogue };
  }

  function reach(): Promise<Reach> {
    opened ??= open();
    return opened;
  }

  async function listed(id: string): Promise<Model | null> {
    const { access: at, catalogue } = await reach();
    // A loopback API is a simulator that may be another one tomorrow.
    return at.loopback
      ? catalogue.model(id, never)
      : throughCache({ cache, catalogue, freshMs: provider.modelsFreshMs ?? dayMs, warn }, at.base.href, id);
  }

  async function findAhead(id: string): Promise<Model | null> {
    if (schema !== null && schema.id === id) {
      const described = await provider.modelIn(readSchemaFile(schema.file), id);
      if (provider.listsDeployments !== true) return described;
      // What else is known of a deployment, such as its price, is not in its file.
      return withInputsOf(described, await knownIfReached(access, () => listed(id)));
    }
    const known = provider.builtIn.find((model) => model.id === id);
    if (known === undefined) return listed(id);
    if (builtInPrice !== null) return { ...known, price: builtInPrice };
    if (!askedPrices.has(id))
      askedPrices.set(
        id,
        priceAsked(access, () => listed(id)),
      );
    return known;
  }

  async function priceOf({ id, price }: Model): Promise<Price | null> {
    return askedPrices.get(id) ?? price;
  }

  return {
    async find(id) {
      const model = await findAhead(id);
      return model === null ? null : { ...model, price: await priceOf(model) };
    },
    findAhead,
    priceOf,
    async ids() {
      const ids: string[] = [];
      try {
        const { catalogue } = await reach();
        for await (const model of catalogue.search(null, AbortSignal.timeout(suggestionWaitMs))) {
          ids.push(model.id);
        }
      } catch {
        // A suggestion is worth no failure: what has come by now has to do.
      }
      return ids;
    },
    async balanceUsd() {
      if (!(await hasToken(access))) return null;
      try {
        const { catalogue } = await reach();
        return await catalogue.balanceUsd(AbortSignal.timeout(balanceWaitMs));
      } catch {
        return null;
      }
    },
    async close() {
      for (const close of closers) await close();
    },
  };
}

interface Reach {
  readonly access: Access;
  readonly catalogue: Catalogue;
}

const never = new AbortController().signal;

/** The model that the catalogue has; null: it cannot be asked. Throws what it says against the model. */
async function knownIfReached(
  access: () => Promise<Access>,
  find: () => Promise<Model | null>,
): Promise<Model | null> {
  try {
    return (await hasToken(access)) ? await find() : null;
  } catch (error) {
    if (error instanceof UserError && (error.about === 'api_unreachable' || error.about === 'token'))
      return null;
    throw error;
  }
}

function withInputsOf(described: Model, known: Model | null): Model {
  return known === null ? described : { ...known, inputSchema: described.inputSchema };
}

async function hasToken(access: () => Promise<Access>): Promise<boolean> {
  return (await access()).token !== null;
}

// The schema is built in; only the price is asked for, and a plan does not fail for want of it.
async function priceAsked(
  access: () => Promise<Access>,
  find: () => Promise<Model | null>,
): Promise<Model['price']> {
  try {
    return (await hasToken(access)) ? ((await find())?.price ?? null) : null;
  } catch {
    return null;
  }
}

interface CachedReach {
  readonly cache: ModelCache;
  readonly catalogue: Catalogue;
  /** How old an entry may be that is used without asking. */
  readonly freshMs: number;
  warn(sentence: string): void;
}

async function throughCache(
  { cache, catalogue, freshMs, warn }: CachedReach,
  base: string,
  id: string,
): Promise<Model | null> {
  const kept = cache.read(base, id);
  const ageMs = kept === null ? Number.POSITIVE_INFINITY : realClock.now() - kept.fetchedAt;
  if (kept !== null && ageMs < freshMs) return kept.model;
  try {
    const model = await catalogue.model(id, never);
    if (model !== null) await cache.write(base, id, model, realClock.now());
    return model;
  } catch (error) {
    if (kept === null || !(error instanceof UserError) || error.about !== 'api_unreachable') throw error;
    warn(`The catalogue cannot be reached. Using its entry for ${id} from ${showDuration(ageMs)} ago.`);
    return kept.model;
  }
}

function readSchemaFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(
      'input',
      `Cannot read the schema file ${file}.`,
      'Check its path and permissions.',
      error,
    );
  }
}
