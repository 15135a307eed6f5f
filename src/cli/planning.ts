import { createHash } from 'node:crypto';
import type { Problem } from '../core/complaints.ts';
import type { JsonObject } from '../core/json.ts';
import { defaultModelId, ideogramV2, type Model } from '../core/models.ts';
import { defaultNameTemplate } from '../core/paths.ts';
import type { Price } from '../core/prices.ts';
import type { Row } from '../core/row.ts';
import { inputFingerprint } from '../input/fingerprint.ts';
import { readRows } from '../input/rows.ts';
import { type InputSource, inputSource } from '../input/sources.ts';
import { type PlanRequest, planJobs } from '../plan/planner.ts';
import { isWord, parseWord, type Word } from '../plan/words.ts';
import type { Stage } from '../store/stage.ts';
import type { Call } from './call.ts';
import { renamesOf, text } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** What the user asked for, read off the command line; nothing has been opened yet. */
export interface Asked {
  readonly inputs: readonly InputSource[];
  readonly words: readonly Word[];
  readonly model: string;
  readonly renames: ReadonlyMap<string, string>;
  readonly nameTemplate: string;
  /** Everything that the plan depends on, as it is kept with the plan. */
  readonly settings: JsonObject;
}

export function askedOf({ flags, words }: Call, { stdin }: Surroundings): Asked {
  const paths = words.filter((word) => !isWord(word));
  const keyValues = words.filter(isWord).map(parseWord);
  const model = text(flags, 'model') ?? defaultModelId;
  const renames = renamesOf(flags);
  const nameTemplate = text(flags, 'name') ?? defaultNameTemplate;
  const [format, encoding] = [text(flags, 'format'), text(flags, 'encoding')];
  const inputs = paths.map((path) =>
    inputSource(path, {
      stdin,
      ...(format === null ? {} : { format }),
      ...(encoding === null ? {} : { encoding }),
    }),
  );
  return {
    inputs,
    words: keyValues,
    model,
    renames,
    nameTemplate,
    settings: {
      inputs: paths,
      words: keyValues.map(({ source }) => source),
      model,
      map: [...renames].map(([from, to]) => `${from}=${to}`),
      name: nameTemplate,
      format,
      encoding,
    },
  };
}

// A new version may read or check its input otherwise.
const planVersion = 1;

/** What a plan is made of, as 64 hex digits: equal ones make equal plans. null: standard input cannot be read twice. */
export async function fingerprintOf(asked: Asked): Promise<string | null> {
  if (asked.inputs.some(({ name }) => name === '-')) return null;
  const contents = await inputFingerprint(asked.inputs.map(({ name }) => name));
  const whole = JSON.stringify({ planVersion, contents, settings: asked.settings });
  return createHash('sha256').update(whole).digest('hex');
}

export interface Planned {
  readonly rows: number;
  readonly problems: readonly Problem[];
  readonly prices: ReadonlyMap<string, Price | null>;
}

/** Streams the input through expansion and checks onto the stage. Nothing is sent and nothing else is written. */
export async function planOnto(
  stage: Stage,
  asked: Asked,
  findModel: (id: string) => Promise<Model | null>,
): Promise<Planned> {
  const problems: Problem[] = [];
  const prices = new Map<string, Price | null>();
  let rows = 0;
  let sound = true;
  function note(problem: Problem): void {
    problems.push(problem);
    if (problem.severity === 'error') sound = false;
  }

  async function* allRows(): AsyncGenerator<Row> {
    for (const source of asked.inputs) {
      for await (const row of readRows(source, note)) {
        rows += 1;
        yield row;
      }
    }
  }

  const request: PlanRequest = {
    defaultModel: asked.model,
    words: asked.words,
    renames: asked.renames,
    nameTemplate: asked.nameTemplate,
    wordsAlone: asked.inputs.length === 0,
    modelOf: async (id) => {
      const model = id === ideogramV2.id ? ideogramV2 : await findModel(id);
      if (model !== null) prices.set(model.id, model.price);
      return model;
    },
  };
  for await (const planned of planJobs(allRows(), request)) {
    if (planned.type === 'problem') note(planned.problem);
    // Once something is wrong nothing will be run: only further problems are looked for.
    else if (sound) stage.add(planned.job);
  }
  return { rows, problems, prices };
}
