import { element } from '../widgets/dom.ts';

/** The first stop of the Tab key, which is visible only then: past all controls to the first result. */
export function skipLink(focusFirst: () => boolean): HTMLElement {
  const link = element('a', { class: 'skip-link', href: '#' }, 'Skip to results');
  link.addEventListener('click', (event) => {
    // The hash holds the view.
    event.preventDefault();
    focusFirst();
  });
  return link;
}
