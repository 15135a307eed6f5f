import './linked-banner.css';
import type { App } from '../state/app.ts';
import { countOf, countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { notify } from '../widgets/notices.ts';

/** Says that a link has brought stars, which are shown beside the user's own until they are kept or dismissed. */
export function linkedBanner({ picks }: App, unknownStars: () => number): HTMLElement {
  const sentence = element('span', {});
  const keep = button('Keep these stars', () => {
    const count = picks.linked().length;
    picks.keepLinked();
    notify(banner, `${countOf(count, 'star')} added to yours.`);
  });
  const dismiss = button('Dismiss', picks.dropLinked);
  const banner = element('div', { class: 'linked-banner', role: 'status' }, sentence, keep, dismiss);
  function show(): void {
    const [added, unknown] = [picks.linked().length, unknownStars()];
    banner.hidden = added + unknown === 0;
    keep.hidden = added === 0;
    const parts = [
      added === 0
        ? null
        : `This link shows ${countOf(added, 'star')} that ${added === 1 ? 'is' : 'are'} not yours. Your own stay as they are.`,
      unknown === 0
        ? null
        : `${countText(unknown)} of its stars ${unknown === 1 ? 'is' : 'are'} not on this page.`,
    ];
    const text = parts.filter((part) => part !== null).join(' ');
    if (sentence.textContent !== text) sentence.textContent = text;
  }
  picks.onChange(show);
  show();
  return banner;
}
