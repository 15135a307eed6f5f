import { createRequire } from 'node:module';

/** A font as sharp names it: by family and, if it is not a system font, by its file. */
interface LabelFont {
  readonly family: string;
  readonly file: string | null;
}

export interface LabelFonts {
  readonly regular: LabelFont;
  readonly bold: LabelFont;
}

/**
 * DejaVu from its package, so that sheets look the same everywhere, even in containers without fonts. Without the
 * package, and for scripts that DejaVu lacks, the fonts of the system are used.
 */
export function labelFonts(): LabelFonts {
  return {
    regular: { family: 'DejaVu Sans, sans', file: packaged('DejaVuSans.ttf') },
    bold: { family: 'DejaVu Sans, sans Bold', file: packaged('DejaVuSans-Bold.ttf') },
  };
}

function packaged(name: string): string | null {
  try {
    return createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}
