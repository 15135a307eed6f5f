import panzoom, { type PanzoomObject } from '@panzoom/panzoom';

/** The scale of an image, and how far it is moved, in CSS pixels before scaling. */
export interface ZoomTransform {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

interface Point {
  readonly clientX: number;
  readonly clientY: number;
}

/** Zoom and pan of a frame that fills its stage, by wheel, pinch, drag and double-click. */
export interface Zooming {
  transform(): ZoomTransform;
  /** Zooms by a factor, around a point of the screen or around the centre. */
  by(factor: number, point?: Point): void;
  to(scale: number, point?: Point): void;
  /** Zooms to one pixel of the file for each pixel of the screen. */
  toActual(): void;
  /** Resets zoom and pan, without animation. */
  fit(): void;
  /** Applies a transform without notifying the listeners. */
  show(transform: ZoomTransform): void;
  onChange(listener: (transform: ZoomTransform) => void): void;
}

const maxScale = 32;
const doubleClickScale = 2.5;

/** Elements with this class, and all that they contain, cannot be dragged. */
export const excludedClass = 'panzoom-exclude';

/**
 * The frame must be in the document. `actualScale` is the scale at which one pixel of the file is one of the screen;
 * null: the frame contains nothing to zoom.
 */
export function zooming(frame: HTMLElement, stage: HTMLElement, actualScale: () => number | null): Zooming {
  const listeners: ((transform: ZoomTransform) => void)[] = [];
  const isStill = matchMedia('(prefers-reduced-motion: reduce)');

  /** Keeps the centre of the image within the stage. */
  function bounded({ scale, x, y }: ZoomTransform): ZoomTransform {
    const room = (scale - 1) / 2 / scale;
    const [maxX, maxY] = [room * stage.clientWidth, room * stage.clientHeight];
    return {
      scale,
      x: Math.min(Math.max(x, -maxX), maxX),
      y: Math.min(Math.max(y, -maxY), maxY),
    };
  }

  function paint(element: HTMLElement | SVGElement, transform: ZoomTransform): void {
    const { scale, x, y } = bounded(transform);
    element.style.transform = `scale(${scale}) translate(${x}px, ${y}px)`;
    stage.classList.toggle('is-zoomed', scale > 1);
  }

  const zoom: PanzoomObject = panzoom(frame, {
    minScale: 1,
    maxScale,
    step: 0.8,
    pinchAndPan: true,
    cursor: '',
    excludeClass: excludedClass,
    duration: 120,
    setTransform: paint,
  });

  const transform = (): ZoomTransform => bounded({ scale: zoom.getScale(), ...zoom.getPan() });

  function to(scale: number, point?: Point): void {
    const options = { animate: point === undefined && !isStill.matches };
    const bound = Math.min(Math.max(scale, 1), maxScale);
    if (point === undefined) zoom.zoom(bound, options);
    else {
      const { left, top } = stage.getBoundingClientRect();
      const x = (point.clientX - left - stage.clientWidth / 2) * bound;
      const y = (point.clientY - top - stage.clientHeight / 2) * bound;
      zoom.zoom(bound, { ...options, focal: { x, y } });
    }
    settle();
  }

  /** Forgets how far the image was dragged beyond the edge, so that dragging back moves it at once. */
  function settle(): void {
    const { x, y } = transform();
    zoom.pan(x, y, { force: true, silent: true });
  }

  frame.addEventListener('panzoomend', settle);
  frame.addEventListener('panzoomchange', () => {
    for (const listener of listeners) listener(transform());
  });
  stage.addEventListener(
    'wheel',
    (event) => {
      if (actualScale() === null) return;
      event.preventDefault();
      to(zoom.getScale() * wheelFactor(event), event);
    },
    { passive: false },
  );
  stage.addEventListener('dblclick', (event) => {
    const actual = actualScale();
    if (actual === null) return;
    if (zoom.getScale() > 1) to(1);
    else to(Math.max(actual, doubleClickScale), event);
  });

  return {
    transform,
    by: (factor, point) => to(zoom.getScale() * factor, point),
    to,
    toActual: () => to(actualScale() ?? 1),
    fit: () => {
      zoom.reset({ animate: false });
    },
    show({ scale, x, y }) {
      zoom.zoom(scale, { animate: false, silent: true, force: true });
      zoom.pan(x, y, { animate: false, silent: true, force: true });
    },
    onChange: (listener) => listeners.push(listener),
  };
}

/** Some browsers count a wheel in lines or pages, and report a pinch on a touchpad as a wheel with Ctrl. */
function wheelFactor({ deltaY, deltaMode, ctrlKey }: WheelEvent): number {
  const pixels = deltaY * ([1, 16, 400][deltaMode] ?? 1);
  return Math.exp(-Math.max(-200, Math.min(200, pixels)) * (ctrlKey ? 0.01 : 0.0025));
}
