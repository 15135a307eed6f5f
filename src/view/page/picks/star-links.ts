import { escapedText, textOf } from '../state/hash-text.ts';
import { shortIds } from './short-ids.ts';

/** More would make links that mail and chat programs cut off. */
export const maxLinkedStars = 200;
const name = 'stars';

interface StarLinks {
  /** The part of a hash with these stars; empty: there are none, or too many for a link. */
  partOf(jobs: readonly string[]): string;
  /** The stars in a hash, and how many of them are of no job on the page. */
  starsIn(hash: string): { readonly jobs: readonly string[]; readonly unknown: number };
}

/** Stars in links to the page, each as the start of its job's id. `ids`: those of all jobs on the page. */
export function starLinks(ids: Iterable<string>): StarLinks {
  const { shorten, find } = shortIds(ids);
  return {
    partOf(jobs) {
      if (jobs.length === 0 || jobs.length > maxLinkedStars) return '';
      // An id with a comma, which none of ours has, would be read as two.
      return `${name}=${escapedText(jobs.map(shorten).join(','))}`;
    },
    starsIn(hash) {
      const part = hash
        .replace(/^#/, '')
        .split('&')
        .findLast((each) => each.startsWith(`${name}=`));
      if (part === undefined) return { jobs: [], unknown: 0 };
      const starts = textOf(part.slice(name.length + 1))
        .split(',')
        .filter((start) => start !== '')
        .slice(0, maxLinkedStars);
      const found = starts.map(find);
      return {
        jobs: [...new Set(found.filter((id) => id !== null))],
        unknown: found.filter((id) => id === null).length,
      };
    },
  };
}
