import { UserError } from '../../core/complaints.ts';
import type { Provider } from '../../core/provider.ts';
import type { BatchRequest } from '../request.ts';

/**
 * The file that describes a model's inputs: a schema, or a workflow where the provider has deployments. null: none is
 * given. Throws `UserError` (`usage`) for both, and for a workflow of what is no deployment.
 */
export function givenSchema(
  { schemaFile, workflowFile = null }: Pick<BatchRequest, 'schemaFile' | 'workflowFile'>,
  { listsDeployments, title }: Provider,
): string | null {
  if (workflowFile === null) return schemaFile;
  if (schemaFile !== null) {
    throw new UserError('usage', 'Both --schema and --workflow describe the inputs.', 'Give one of the two.');
  }
  if (listsDeployments === true) return workflowFile;
  throw new UserError(
    'usage',
    `--workflow ${workflowFile} describes a deployment, but the model is one of ${title}.`,
    'Name the deployment: -m deployment:ID. Its id is in the list of rcb models --deployments.',
  );
}
