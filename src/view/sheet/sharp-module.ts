import type Sharp from 'sharp';
import { UserError } from '../../core/complaints.ts';

export type SharpModule = typeof Sharp;

/**
 * Loads sharp, an optional dependency. Throws UserError('usage') if it is not installed; `what` begins its sentence.
 */
export async function loadSharp(what = 'Contact sheets need'): Promise<SharpModule> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new UserError(
      'usage',
      `${what} the package sharp, which is not installed or does not work on this system.`,
      'Install it next to rcb: npm install -g sharp (or npm install sharp if rcb is installed in a project).',
      error,
    );
  }
}
