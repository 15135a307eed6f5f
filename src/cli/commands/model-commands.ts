import { listModels, walletUsd } from '../../app/access/catalogue-access.ts';
import { describeModel } from '../../app/access/known-inputs.ts';
import { usualModel } from '../../app/access/usual.ts';
import { UserError } from '../../core/complaints.ts';
import { roundedUsd, showUsd } from '../../core/money/prices.ts';
import { jsonLine } from '../../report/json-line.ts';
import { modelJson } from '../../report/models/model-json.ts';
import { modelTable, schemaText } from '../../report/models/model-text.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { text, truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import type { System } from '../system.ts';

/** `rcb models [SEARCH]`: the catalogue with base prices. */
export async function modelsCommand({ flags, words }: Call, system: System): Promise<number> {
  const { stdout, stderr, env } = system;
  const wanted = words.length === 0 ? null : words.join(' ');
  const ofWhat = truth(flags, 'deployments') ? 'deployments' : 'models';
  const models = await listModels(accessRequestOf(flags, system), wanted, ofWhat);
  if (truth(flags, 'json')) {
    for (const model of models) stdout.write(jsonLine(modelJson(model)));
  } else {
    for (const row of modelTable(models, terminalOf(stdout, env))) stdout.write(`${row}\n`);
    if (models.length === 0) stderr.write(`${noneText(ofWhat, wanted)}\n`);
  }
  return exitCodes.done;
}

function noneText(ofWhat: 'models' | 'deployments', wanted: string | null): string {
  const one = ofWhat.slice(0, -1);
  return wanted === null ? `There are no ${ofWhat}.` : `No ${one} matches "${plainText(wanted)}".`;
}

/** `rcb schema MODEL`: its inputs as help. */
export async function schemaCommand({ flags, words }: Call, system: System): Promise<number> {
  const { stdout, stderr, env } = system;
  const [id = null, extra] = words;
  if (extra !== undefined) {
    throw new UserError('usage', `Unexpected argument "${extra}".`, 'Give one model: rcb schema MODEL.');
  }
  const warn = (sentence: string): void => void stderr.write(`${plainText(sentence)}\n`);
  const access = accessRequestOf(flags, system);
  const schemas = { schemaFile: text(flags, 'schema'), workflowFile: text(flags, 'workflow') };
  const { model, inputs } = await describeModel(id, schemas, access, warn);
  stdout.write(
    truth(flags, 'json')
      ? jsonLine(model.inputSchema, 2)
      : schemaText(model, [...inputs], terminalOf(stdout, env), usualModel.id),
  );
  return exitCodes.done;
}

/** `rcb balance`: what is in the wallet, which also proves the token. */
export async function balanceCommand({ flags }: Call, system: System): Promise<number> {
  const usd = await walletUsd(accessRequestOf(flags, system));
  const shown = truth(flags, 'json') ? JSON.stringify({ balance_usd: roundedUsd(usd) }) : showUsd(usd);
  system.stdout.write(`${shown}\n`);
  return exitCodes.done;
}
