type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Child = Node | string | null;

// Own code rather than lit-html or preact: these four functions are all that the page needs, it draws tens of thousands
// of cells within a frame's budget as it is (bench/README.md), and text can never become markup.

/**
 * Creates an element. Attributes that are null, undefined or false are left out, and true ones are empty. Strings
 * become text, whatever they contain.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    created.setAttribute(name, value === true ? '' : String(value));
  }
  created.append(...children.filter((child) => child !== null));
  return created;
}

/** A button; `label` is also its accessible name. */
export function button(
  label: string,
  onPress: () => void,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLButtonElement {
  const created = element(
    'button',
    { type: 'button', 'aria-label': label, title: label, ...attributes },
    ...children,
  );
  if (children.length === 0) created.textContent = label;
  created.addEventListener('click', onPress);
  return created;
}

/** A path relative to the page as a URL: file names may contain `#`, `?` and `%`. */
export function urlOf(path: string): string {
  // Where folders are compared, one on another drive is named in full, as a URL.
  if (path.startsWith('file:///')) return path;
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Whether a key pressed on this target is text for a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}
