import { deployedCard } from './deployments/deployed-pictures.ts';
import type { DeployedRequests } from './deployments/deployed-requests.ts';
import type { StoredFiles } from './file-origin.ts';
import { outputCount } from './simulated-models.ts';
import { cardOf, labelledVideo, simulatedOutputs } from './simulated-outputs.ts';
import type { SimulatedRequests } from './simulated-requests.ts';
import type { Settings } from './simulator-options.ts';

/** Where the files of any request are found. */
export function storedFiles(
  requests: SimulatedRequests,
  deployed: DeployedRequests,
  settings: Settings,
): (id: string, now: number) => StoredFiles | null {
  const picture = simulatedOutputs();
  return (id, now) => {
    const request = requests.find(id);
    if (request !== undefined) {
      if (requests.standing(request, now).state !== 'succeeded') return null;
      const { model, key, input } = request;
      return {
        count: outputCount(input),
        contentType: model.contentType,
        deletedAt: null,
        bytes: (index) =>
          model.makes === 'video'
            ? labelledVideo(request)
            : picture(`${key}/${index}`, () => cardOf(request, index), settings.outputBytes),
      };
    }
    const run = deployed.find(id);
    const standing = run === undefined ? null : deployed.standing(run, now);
    if (run === undefined || standing?.state !== 'succeeded') return null;
    const { pictures, key } = run;
    return {
      count: pictures.length,
      contentType: 'image/png',
      deletedAt: standing.endedAt + settings.filesKeptMs,
      bytes: (index) => {
        const shown = pictures[index] ?? { node: '', filename: '', nth: 0, of: 1 };
        return picture(`${key}/${index}`, () => deployedCard(run, shown), settings.outputBytes);
      },
    };
  };
}
