import type Sharp from 'sharp';
import { UserError } from '../../core/complaints.ts';

export type SharpModule = typeof Sharp;

/** Loads sharp when it is needed, since it is optional. Throws UserError('usage') where it is not installed. */
export async function loadSharp(): Promise<SharpModule> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new UserError(
      'usage',
      'Contact sheets are drawn by the package sharp, which is not installed or does not load here.',
      'Install it beside rcb: npm install -g sharp (or npm install sharp, where rcb is installed in a project).',
      error,
    );
  }
}
