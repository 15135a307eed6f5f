import type { Recipe } from '../../core/job/recipe.ts';
import { card } from '../terminal/card.ts';
import { type Terminal, toned } from '../terminal/terminal.ts';

/** `rcb show FILE` for a file that no manifest knows: the recipe embedded in it. Ends with a line break. */
export function recipeCard(recipe: Recipe, terminal: Terminal): string {
  const { shown, title, field, group } = card(terminal);
  title(recipe.job ?? 'made by another program', toned(terminal, 'dim', 'according to the file'));
  field('model', recipe.model);
  field('request id', recipe.request_id);
  field('rep', recipe.rep > 1 ? String(recipe.rep) : null);
  group('Input', recipe.input);
  return `${shown.join('\n')}\n`;
}
