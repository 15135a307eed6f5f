import { createRequire } from 'node:module';

/** How a font is named to sharp: by family and, where it is not the system's, by its file. */
export interface LabelFont {
  readonly family: string;
  readonly file: string | null;
}

export interface LabelFonts {
  readonly regular: LabelFont;
  readonly bold: LabelFont;
}

/**
 * DejaVu from its package, so that sheets look alike everywhere and are readable in containers without fonts; without
 * the package, the system's own. Scripts that the font lacks come from the system's fonts either way.
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
