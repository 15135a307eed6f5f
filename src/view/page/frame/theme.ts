import { keep } from '../state/browser-storage.ts';
import { button } from '../widgets/dom.ts';

const key = 'rcb:theme';
const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };

/** Switches between the system's theme, light and dark; the browser stores the choice. */
export function themeButton(storage: Storage): HTMLElement {
  let theme = themes.find((each) => each === storage.getItem(key)) ?? 'system';
  const toggle = button(
    'Theme',
    () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length] as Theme;
      keep(storage, key, theme);
      show();
    },
    { class: 'tool' },
  );
  function show(): void {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const name = `Theme: ${theme}`;
    toggle.textContent = signs[theme];
    toggle.title = name;
    toggle.setAttribute('aria-label', name);
  }
  show();
  return toggle;
}
