import { UserError } from '../../core/complaints.ts';
import { isJsonObject } from '../../core/json.ts';
import type { Model } from '../../core/models.ts';
import { standardise } from '../wire/dialect.ts';
import { fileJson } from '../wire/file-json.ts';
import { workflowNodes } from './workflow-nodes.ts';
import { workflowSchema } from './workflow-schema.ts';

/**
 * The deployment whose workflow, in its API form, a file holds; or whose inputs it describes as JSON Schema. Throws
 * `UserError` (`input`) that says what is wrong with it.
 */
export function readWorkflowFile(text: string, modelId: string): Model {
  const body = fileJson(text, wrong);
  const nodes = workflowNodes(body);
  if (nodes === 'page_form') throw wrong("is in the form of ComfyUI's own page, which lists nodes and links");
  if (typeof nodes !== 'string') return modelOf(modelId, workflowSchema(nodes, {}, new Map()));
  const schema = isJsonObject(body) && isJsonObject(body.input_schema) ? body.input_schema : body;
  if (!isJsonObject(schema) || !isJsonObject(schema.properties)) {
    throw wrong('holds no node: no entry of it has a "class_type"');
  }
  return modelOf(modelId, standardise(schema));
}

function modelOf(id: string, inputSchema: Model['inputSchema']): Model {
  return {
    id,
    displayName: null,
    description: null,
    categories: [],
    kind: 'deployment',
    price: null,
    pricingNote: null,
    modelUrl: null,
    inputSchema,
  };
}

function wrong(what: string): UserError {
  return new UserError(
    'input',
    `The workflow file ${what}.`,
    'Export it in ComfyUI with Workflow, Export (API), which makes workflow_api.json.',
  );
}
