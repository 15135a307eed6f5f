import { accessOf, tokenOf } from '../../app/access/endpoint.ts';
import { modelSource } from '../../app/access/model-source.ts';
import { UserError } from '../../core/complaints.ts';
import { defaultModelId, type Model } from '../../core/models.ts';
import { showUsd } from '../../core/money/prices.ts';
import { suggestion } from '../../core/nearby.ts';
import type { Catalogue } from '../../core/provider.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { defaultProvider } from '../../providers/providers.ts';
import { jsonLine } from '../../report/json-line.ts';
import { modelTable, schemaText } from '../../report/models/model-text.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flags.ts';
import { helpOf } from '../argv/input-help.ts';
import { text, truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { realClock } from '../real-clock.ts';
import type { Surroundings } from '../surroundings.ts';

const never = new AbortController().signal;

async function withCatalogue<T>(
  flags: Flags,
  { env }: Surroundings,
  work: (listed: Catalogue) => Promise<T>,
): Promise<T> {
  const access = accessOf(flags, env);
  const token = tokenOf(access);
  const connections = openConnections({ api: 4, files: 1 }, access.proxies);
  try {
    const transport = transportOver(connections.api, realClock.now);
    return await work(defaultProvider.catalogue({ base: access.base, token }, transport));
  } finally {
    await connections.close();
  }
}

/** `rcb models [SEARCH]`: the catalogue with base prices. */
export function modelsCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  return withCatalogue(flags, surroundings, async (listed) => {
    const { stdout, env } = surroundings;
    const models: Model[] = [];
    const wanted = words.length === 0 ? null : words.join(' ');
    for await (const model of listed.search(wanted, never)) models.push(model);
    if (truth(flags, 'json')) {
      for (const { inputSchema: _, ...model } of models) stdout.write(jsonLine(model));
    } else {
      for (const row of modelTable(models, terminalOf(stdout, env))) stdout.write(`${row}\n`);
      if (models.length === 0) surroundings.stderr.write(`No model matches "${plainText(wanted ?? '')}".\n`);
    }
    return exitCodes.done;
  });
}

/** `rcb schema MODEL`: its inputs as help. */
export async function schemaCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, env } = surroundings;
  const [id = defaultModelId, extra] = words;
  if (extra !== undefined) {
    throw new UserError('usage', `"${extra}" is one model too many.`, 'Name one model: rcb schema MODEL.');
  }
  const file = text(flags, 'schema');
  const models = modelSource({
    access: async () => accessOf(flags, env),
    env,
    schema: file === null ? null : { file, id },
    builtInPrice: null,
    warn: (sentence) => void stderr.write(`${plainText(sentence)}\n`),
  });
  try {
    const model = await models.find(id);
    if (model === null) {
      const near = suggestion(id, await models.ids());
      const hint = near === null ? 'Look for it with rcb models SEARCH.' : `Did you mean ${near}?`;
      throw new UserError('usage', `There is no model "${plainText(id)}".`, hint);
    }
    stdout.write(
      truth(flags, 'json')
        ? jsonLine(model.inputSchema, 2)
        : schemaText(model, helpOf(model), terminalOf(stdout, env)),
    );
    return exitCodes.done;
  } finally {
    await models.close();
  }
}

/** `rcb balance`: what is in the wallet, which also proves the token. */
export function balanceCommand({ flags }: Call, surroundings: Surroundings): Promise<number> {
  return withCatalogue(flags, surroundings, async (listed) => {
    const usd = await listed.balanceUsd(never);
    const shown = truth(flags, 'json') ? JSON.stringify({ balance_usd: usd }) : showUsd(usd);
    surroundings.stdout.write(`${shown}\n`);
    return exitCodes.done;
  });
}
