import type { Simulator } from '../../src/simulator/simulator.ts';
import type { ProviderWorld } from './provider-conformance.ts';

/** What the submissions to a simulator come to from now on. */
export function submissionsOf(simulator: Simulator): ProviderWorld['submitsWill'] {
  return async (what) => {
    switch (what) {
      case 'be rate limited':
        return simulator.setFaults({ submit: { rateLimited: 1 } });
      case 'lose their answer':
        return simulator.setFaults({ submit: { resetAfter: 1 } });
      case 'be reset before they count':
        return simulator.setFaults({ submit: { resetBefore: 1 } });
    }
  };
}
