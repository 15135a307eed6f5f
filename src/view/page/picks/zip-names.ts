import { promptName } from '../../../core/job/named-inputs.ts';
import { outputPath, pathTemplate } from '../../../core/paths.ts';
import type { PageJob } from '../../page-data.ts';
import { labelOf } from '../filters/keys.ts';
import { promptOf } from '../job/job-words.ts';

/** A file of a job, and its name in the zip. */
export interface NamedFile {
  readonly job: string;
  /** Relative to the run folder, with `/`. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}

/** The files of these jobs under names that say what they show, that no system forbids and that no other file has. */
export function namedFiles(jobs: readonly PageJob[]): NamedFile[] {
  const taken = new Set<string>();
  return jobs.flatMap((job) => {
    const { outputs } = job;
    const stem = stemOf(job);
    return outputs.map(({ path, bytes }, index): NamedFile => {
      const extension = /\.([a-z0-9]{1,10})$/i.exec(path)?.[1]?.toLowerCase() ?? 'bin';
      let name = outputPath(stem, index, outputs.length, extension);
      for (let n = 2; taken.has(folded(name)); n += 1)
        name = outputPath(stem.replace('{_i}', `{_i} (${n})`), index, outputs.length, extension);
      taken.add(folded(name));
      return { job: job.job, path, name, bytes };
    });
  });
}

/** `a-corgi-on-the-moon-seed3-anime-5f1c9ae0{_i}.{ext}` */
function stemOf(job: PageJob): string {
  const axes = Object.entries(job.axes).filter(([name]) => name !== promptName(job.input));
  const made = pathTemplate('{slug}-{axes}-{job}', {
    slug: promptOf(job) || job.model,
    axes: Object.fromEntries(axes.map(([name, value]) => [name, labelOf(value)])),
    job: job.job.slice(0, 8),
    values: {},
  });
  return made.replace(/^files\//, '');
}

/** Alike for names that some system takes for one. */
function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase();
}
