import type { SheetTools } from './sheet-cells.ts';
import { cornerText, type MeasuredSheet, titleLines } from './sheet-measuring.ts';

/** A label of a sheet, and where it begins, in pixels. */
export interface SheetText {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  /** Font size. */
  readonly px: number;
}

/** The texts that are drawn on a sheet, whole even where they are drawn cut. */
export async function textsOn(sheet: MeasuredSheet, tools: SheetTools): Promise<readonly SheetText[]> {
  const { page, names, layout, columns } = sheet;
  const { label, quiet } = tools.styles;
  const texts: SheetText[] = [];
  const add = (text: string, left: number, top: number, px: number): void => {
    texts.push({ text, left, top, px });
  };
  const line = await tools.textRenderer.lineHeight(quiet.px);
  for (const { kind, row, top } of layout.bands) {
    switch (kind) {
      case 'title': {
        let at = layout.title.top;
        for (const { text, style, height } of titleLines(page, names, tools)) {
          add(text, layout.title.left, top + at, style.px);
          const drawn = await tools.textRenderer.render(text, style, layout.title.width, height);
          at += drawn?.height ?? 0;
        }
        break;
      }
      case 'header':
        for (const [nth, text] of cornerText(names).entries())
          add(text, layout.gutter.left, top + layout.gutter.top + nth * line, quiet.px);
        for (const [column, text] of (page.columns ?? []).entries())
          add(text, layout.header(column).left, top + layout.header(column).top, label.px);
        break;
      case 'row':
        if (page.columns !== null) {
          add(page.labels[row] as string, layout.gutter.left, top + layout.gutter.top, label.px);
          break;
        }
        for (let column = 0; column < columns && row * columns + column < page.labels.length; column += 1) {
          const { left, top: below } = layout.caption(column);
          add(page.labels[row * columns + column] as string, left, top + below, label.px);
        }
        break;
      case 'foot':
    }
  }
  return texts;
}
