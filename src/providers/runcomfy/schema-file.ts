import { UserError } from '../../core/complaints.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Model } from '../../core/models.ts';
import { cleanText } from '../../http/server-text.ts';
import { fileJson } from '../wire/file-json.ts';
import { readModel } from './catalogue-wire.ts';

/**
 * The model that a schema file describes: `text` holds its input schema, or `{"input_schema": …}`, or a whole entry of
 * the catalogue. Throws `UserError` (`input`) that says what is wrong with it.
 */
export function readSchemaText(text: string, modelId: string): Model {
  const body = fileJson(text, wrong);
  if (!isJsonObject(body)) throw wrong('is not a JSON object');
  const isEntry = Object.hasOwn(body, 'input_schema') || Object.hasOwn(body, 'model_id');
  const schema = isEntry ? body.input_schema : body;
  if (typeof body.model_id === 'string' && body.model_id !== modelId) {
    throw new UserError(
      'input',
      `The schema file is for the model ${cleanText(body.model_id, '')}, not for ${modelId}.`,
      `Name the model that it is for with --model, or give the schema of ${modelId}.`,
    );
  }
  if (!isJsonObject(schema)) throw wrong('has an "input_schema" that is not a JSON object');
  checkInputs(schema);
  const model = readModel({ ...(isEntry ? body : {}), model_id: modelId, input_schema: schema }, '');
  if (model === null) throw wrong('is for a model without a name');
  return model;
}

function checkInputs({ properties, required = null }: JsonObject): void {
  if (properties === undefined) throw wrong('lists no inputs: it has no "properties"');
  if (!isJsonObject(properties)) throw wrong('has "properties" that are not a JSON object');
  const names = Object.keys(properties);
  if (names.length === 0) throw wrong('lists no inputs: its "properties" are empty');
  const odd = names.find((name) => !isJsonObject(properties[name]) && typeof properties[name] !== 'boolean');
  if (odd !== undefined) throw wrong(`does not describe the input "${cleanText(odd, '', 60)}" by an object`);
  if (required === null) return;
  if (!Array.isArray(required) || !required.every((name) => typeof name === 'string')) {
    throw wrong('has a "required" that is not a list of names');
  }
  const missing = (required as readonly string[]).find((name) => !Object.hasOwn(properties, name));
  if (missing !== undefined) {
    throw wrong(`requires the input "${cleanText(missing, '', 60)}", which it does not describe`);
  }
}

function wrong(what: string): UserError {
  const end = /[.!?…]$/.test(what) ? '' : '.';
  return new UserError(
    'input',
    `The schema file ${what}${end}`,
    'Give an input schema as JSON, {"input_schema": …}, or an entry of the catalogue.',
  );
}
