import './wipe-slider.css';
import { element } from '../widgets/dom.ts';

const steps: Readonly<Record<string, (at: number) => number>> = {
  ArrowLeft: (at) => at - 2,
  ArrowDown: (at) => at - 2,
  ArrowRight: (at) => at + 2,
  ArrowUp: (at) => at + 2,
  PageDown: (at) => at - 10,
  PageUp: (at) => at + 10,
  Home: () => 0,
  End: () => 100,
};

/** Places one image over another and shows the upper one up to a line that the user can move. */
export function wipeSlider(under: HTMLElement, over: HTMLElement): HTMLElement {
  const cut = element('div', { class: 'wipe-over' }, over);
  const line = element('div', {
    class: 'wipe-line',
    role: 'slider',
    tabindex: '0',
    'aria-label': 'How much of the first image is shown',
    'aria-orientation': 'horizontal',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
  });
  const root = element('div', { class: 'wipe' }, under, cut, line);
  let at = 50;

  function move(percent: number): void {
    at = Math.min(100, Math.max(0, percent));
    line.setAttribute('aria-valuenow', String(Math.round(at)));
    line.setAttribute('aria-valuetext', `${Math.round(at)}% of the first image`);
    root.style.setProperty('--at', `${at}%`);
  }

  line.addEventListener('keydown', (event) => {
    const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(step(at));
  });
  line.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    line.setPointerCapture(event.pointerId);
    line.focus();
  });
  line.addEventListener('pointermove', (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    const { left, width } = root.getBoundingClientRect();
    if (width > 0) move(((event.clientX - left) / width) * 100);
  });
  move(at);
  return root;
}
