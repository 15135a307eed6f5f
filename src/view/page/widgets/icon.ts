const namespace = 'http://www.w3.org/2000/svg';

/** SVG paths in a box of 24 by 24. */
const outlines = {
  close: 'M6 6l12 12M18 6L6 18',
  compare: 'M4 5h6v14H4zM14 5h6v14h-6z',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'M5 9l7 7 7-7',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  left: 'M15 5l-7 7 7 7',
  minus: 'M5 12h14',
  panel: 'M4 5h16v14H4zM14.5 5v14',
  plus: 'M12 5v14M5 12h14',
  right: 'M9 5l7 7-7 7',
  star: 'M12 3.5l2.6 5.3 5.9.9-4.2 4.1 1 5.8-5.3-2.8-5.3 2.8 1-5.8-4.2-4.1 5.9-.9z',
  up: 'M5 15l7-7 7 7',
  upload: 'M12 16V5M7 9l5-5 5 5M5 20h14',
} as const;

/** A drawing beside a label or in its place; screen readers skip it and read the label. */
export function icon(name: keyof typeof outlines): SVGSVGElement {
  const svg = document.createElementNS(namespace, 'svg');
  const line = document.createElementNS(namespace, 'path');
  line.setAttribute('d', outlines[name]);
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  svg.append(line);
  return svg;
}

const attributes = {
  class: 'icon',
  viewBox: '0 0 24 24',
  width: '18',
  height: '18',
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': '1.6',
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  'aria-hidden': 'true',
} as const;
