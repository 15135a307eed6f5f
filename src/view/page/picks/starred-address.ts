import type { Picks } from '../state/app.ts';
import type { Address } from '../state/page-store.ts';
import { maxLinkedStars, starLinks } from './star-links.ts';

/** The address of the page with the stars that it shows, so that a link to it has them. */
interface StarredAddress extends Address {
  /** Stars of the link that are of no job on the page. */
  unknown(): number;
}

/** `ids`: those of all jobs on the page. */
export function starredAddress(address: Address, picks: Picks, ids: Iterable<string>): StarredAddress {
  const links = starLinks(ids);
  let view = withoutStars(address.read());
  let unknown = 0;

  function take(): void {
    const found = links.starsIn(address.read());
    unknown = found.unknown;
    picks.link(found.jobs);
  }
  function stars(): string {
    const shown = picks.all().flatMap(({ job, isStarred }) => (isStarred ? [job] : []));
    // If all are too many, a link that was followed is at least passed on as it was.
    return links.partOf(shown.length > maxLinkedStars ? picks.linked() : shown);
  }
  const write = (how: 'push' | 'replace'): void =>
    address.write([view, stars()].filter((part) => part !== '').join('&'), how);

  take();
  if (stars() !== '') write('replace');
  picks.onChange(() => {
    if (picks.linked().length === 0) unknown = 0;
    write('replace');
  });
  return {
    unknown: () => unknown,
    read: () => view,
    write(hash, how) {
      view = hash;
      write(how);
    },
    onChange(listener) {
      address.onChange((isLink) => {
        view = withoutStars(address.read());
        // The stars of an earlier step in the history are only older.
        if (isLink === true) take();
        listener(isLink);
      });
    },
  };
}

function withoutStars(hash: string): string {
  return hash
    .split('&')
    .filter((part) => !part.startsWith('stars='))
    .join('&');
}
