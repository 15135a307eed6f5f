import type { JsonValue } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import type { AxisSource } from '../../core/sweep.ts';
import type { InputField } from '../models/input-field.ts';

/** An axis as one model has it. */
export interface ModelAxis {
  readonly source: AxisSource;
  /** The input's name, or as written where the model has no such input. */
  readonly name: string;
  /** What people are shown in place of it: the same, unless they call the input otherwise. */
  readonly label: string;
  /** `column`: not an input of this model; templates may draw on it. */
  readonly role: 'input' | 'column';
  readonly isSeed: boolean;
  /** Its values are seeds that `--seeds` asks for; a job that varies an earlier one gets other seeds. */
  readonly isDerived: boolean;
  /** Its values are those of a wildcard; the text that holds the wildcard draws on them. */
  readonly isWildcard: boolean;
  readonly field: InputField | null;
  /** As the body wants them; templates as written, since each row fills them in. Empty: it is broken. */
  readonly values: readonly JsonValue[];
  /** What its templates draw on, in lower case. */
  readonly draws: readonly string[];
  readonly files: readonly MediaFile[];
}

/** Linked axes, or one alone: `steps` are the indexes at which their values stand, each set of values once. */
export interface AxisGroup {
  readonly axes: readonly ModelAxis[];
  readonly steps: readonly number[];
}
