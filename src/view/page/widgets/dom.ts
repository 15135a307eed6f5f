type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Child = Node | string | null;

/**
 * Makes an element. Attributes that are null, undefined or false are left out, true ones are empty; children that
 * are texts stay texts, whatever they hold.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A button that does something; `label` is also its name for those who do not see it. */
export function button(
  label: string,
  onPress: () => void,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', 'aria-label': label, title: label, ...attributes },
    ...children,
  );
  if (children.length === 0) made.textContent = label;
  made.addEventListener('click', onPress);
  return made;
}

/** A path below the page as a URL: prompts may hold `#`, `?` and `%`. */
export function urlOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Whether a key that is pressed there is meant for a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}
