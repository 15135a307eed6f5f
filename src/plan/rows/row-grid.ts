import type { FileFinder } from '../media/media-files.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import type { ColumnReading } from './column-reading.ts';
import { type RowAxes, rowAxes } from './row-axes.ts';
import { type RowDraws, rowDraws } from './row-draws.ts';
import { type RowInputs, rowInputs } from './row-inputs.ts';
import type { RowReading } from './row-reading.ts';

/** The grid that a row spans for one model: what the row says in each cell, and the axes that tell its cells apart. */
export interface RowGrid extends RowInputs, RowDraws, RowAxes {
  readonly reading: RowReading;
  /** What its columns are to the model. */
  readonly columns: ColumnReading;
}

export function rowGrid(reading: RowReading, model: PreparedModel, finder: FileFinder): RowGrid {
  const columns = model.read(reading);
  const inputs = rowInputs(reading, columns.given, model, finder);
  const draws = rowDraws(reading, columns.given, inputs, model);
  const axes = rowAxes(reading, columns.given, inputs, draws, model);
  return { reading, columns, ...inputs, ...draws, ...axes };
}
