import panzoom, { type PanzoomObject } from '@panzoom/panzoom';

/** Where a picture stands: how large, and how far moved, in CSS pixels before it is made larger. */
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
  pose(): ZoomTransform;
  /** Larger or smaller by a factor, around a point of the screen, or around the middle. */
  by(factor: number, point?: Point): void;
  to(scale: number, point?: Point): void;
  /** To a pixel of the file on a pixel of the screen. */
  toActual(): void;
  /** As it was at first, at once. */
  fit(): void;
  /** Takes a pose over without telling the listeners. */
  show(pose: ZoomTransform): void;
  onChange(listener: (pose: ZoomTransform) => void): void;
}

const mostScale = 32;
const doubleClickScale = 2.5;

/** Nothing below this class is dragged. */
export const excludedClass = 'panzoom-exclude';

/**
 * The frame must be in the document. `actualScale` is the scale at which a pixel of the file is one of the screen; null:
 * the frame holds nothing now that could be made larger.
 */
export function zooming(frame: HTMLElement, stage: HTMLElement, actualScale: () => number | null): Zooming {
  const listeners: ((pose: ZoomTransform) => void)[] = [];
  const isStill = matchMedia('(prefers-reduced-motion: reduce)');

  /** The picture's middle part always stays within the stage. */
  function bounded({ scale, x, y }: ZoomTransform): ZoomTransform {
    const room = (scale - 1) / 2 / scale;
    const [mostX, mostY] = [room * stage.clientWidth, room * stage.clientHeight];
    return {
      scale,
      x: Math.min(Math.max(x, -mostX), mostX),
      y: Math.min(Math.max(y, -mostY), mostY),
    };
  }

  function paint(element: HTMLElement | SVGElement, pose: ZoomTransform): void {
    const { scale, x, y } = bounded(pose);
    element.style.transform = `scale(${scale}) translate(${x}px, ${y}px)`;
    stage.classList.toggle('is-zoomed', scale > 1);
  }

  const zoom: PanzoomObject = panzoom(frame, {
    minScale: 1,
    maxScale: mostScale,
    step: 0.8,
    pinchAndPan: true,
    cursor: '',
    excludeClass: excludedClass,
    duration: 120,
    setTransform: paint,
  });

  const pose = (): ZoomTransform => bounded({ scale: zoom.getScale(), ...zoom.getPan() });

  function to(scale: number, point?: Point): void {
    const options = { animate: point === undefined && !isStill.matches };
    const bound = Math.min(Math.max(scale, 1), mostScale);
    if (point === undefined) zoom.zoom(bound, options);
    else {
      const { left, top } = stage.getBoundingClientRect();
      const x = (point.clientX - left - stage.clientWidth / 2) * bound;
      const y = (point.clientY - top - stage.clientHeight / 2) * bound;
      zoom.zoom(bound, { ...options, focal: { x, y } });
    }
    settle();
  }

  /** What was dragged beyond the edge is forgotten, so that dragging back moves at once. */
  function settle(): void {
    const { x, y } = pose();
    zoom.pan(x, y, { force: true, silent: true });
  }

  frame.addEventListener('panzoomend', settle);
  frame.addEventListener('panzoomchange', () => {
    for (const listener of listeners) listener(pose());
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
    pose,
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

/** Wheels count in lines or pages in some browsers; a pinch on a touchpad comes as a wheel with Ctrl. */
function wheelFactor({ deltaY, deltaMode, ctrlKey }: WheelEvent): number {
  const pixels = deltaY * ([1, 16, 400][deltaMode] ?? 1);
  return Math.exp(-Math.max(-200, Math.min(200, pixels)) * (ctrlKey ? 0.01 : 0.0025));
}
