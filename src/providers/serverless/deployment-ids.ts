/** How the ids of deployments begin where models are named. */
export const modelPrefix = 'deployment:';

/** The path of a deployment, without the API's version; null: no deployment can have such an id. */
export function deploymentPath(model: string): string | null {
  const id = model.startsWith(modelPrefix) ? model.slice(modelPrefix.length) : '';
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id) ? `/deployments/${id}` : null;
}
