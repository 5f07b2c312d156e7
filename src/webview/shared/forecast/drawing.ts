import type { Lane, Stretch } from './timeline';

const SVG = 'http://www.w3.org/2000/svg';
/** Pixels. */
const LABEL = 18;
const GAP = 8;
const AXIS = 20;
const MOST_HEIGHT = 84;
const LEAST_BAR = 1.5;
/** Between two words of the axis. */
const TICK_SPACE = 44;

export interface DrawingOptions {
  /** Says in words what is drawn. */
  text: string;
  lanes: readonly Lane[];
  titleOf: (lane: Lane) => string;
  stretch: Stretch;
  ticks: readonly Date[];
  tickText: (tick: Date) => string;
  /** Pixels. */
  width: number;
}

/** A drawn time line, whose date can be moved. */
export interface Drawing {
  element: SVGSVGElement;
  setDate(at: Date): void;
  /** Which moment lies at a place of the window. @param x pixels from its left edge */
  dateAt(x: number): Date;
}

/** Backups as bars over time, each lane with as many lines as it has backups at a time. */
export function draw(options: DrawingOptions): Drawing {
  const { text, lanes, titleOf, stretch, ticks, width } = options;
  const [from, until] = [stretch.from.getTime(), stretch.until.getTime()];
  const x = (time: number) => ((time - from) / (until - from)) * width;
  const parts: SVGElement[] = [];
  const titles: SVGElement[] = [];
  let y = 0;
  for (const lane of lanes) {
    const pitch = Math.min(9, MOST_HEIGHT / lane.lines);
    const height = pitch * lane.lines;
    parts.push(laneGroup(lane, { x, y, pitch, width }));
    titles.push(words(titleOf(lane), { x: 0, y: y + 12 }, 'title'));
    y += LABEL + height + GAP;
  }
  const height = y + AXIS;
  const axis = s('g', { class: 'axis' });
  let last = -Infinity;
  for (const tick of ticks) {
    const at = round(x(tick.getTime()));
    axis.append(s('line', { x1: at, x2: at, y1: 0, y2: y }));
    if (at - last < TICK_SPACE || at > width - TICK_SPACE / 2) continue;
    last = at;
    axis.append(words(options.tickText(tick), { x: at + 3, y: y + 14 }));
  }
  axis.append(s('line', { class: 'ground', x1: 0, x2: width, y1: y, y2: y }));
  const date = s('line', { class: 'date', x1: 0, x2: 0, y1: 0, y2: y + 4 });
  const element = s('svg', {
    class: 'drawing',
    role: 'img',
    'aria-label': text,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  });
  element.append(axis, ...parts, date, ...titles);
  return {
    element,
    setDate: (at) => {
      const place = String(round(x(at.getTime())));
      date.setAttribute('x1', place);
      date.setAttribute('x2', place);
    },
    dateAt: (place) => {
      const box = element.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (place - box.left) / box.width));
      return new Date(from + share * (until - from));
    },
  };
}

function laneGroup(
  lane: Lane,
  { x, y, pitch, width }: { x: (time: number) => number; y: number; pitch: number; width: number },
): SVGElement {
  const thickness = pitch > 3 ? pitch - 2 : Math.max(0.75, pitch - 0.25);
  const pathOf = (existing: boolean) => {
    const d = lane.bars
      .filter((bar) => bar.existing === existing)
      .map(({ from, to, line }) => {
        const [start, end] = [x(from), x(to)];
        const middle = round(y + LABEL + pitch * (line + 0.5));
        // Never too short to be seen, and not beyond the edge.
        const left = Math.min(start, width - LEAST_BAR);
        return `M${round(left)} ${middle}H${round(Math.max(end - 0.5, left + LEAST_BAR))}`;
      })
      .join('');
    return d === ''
      ? undefined
      : s('path', { class: existing ? 'existing' : 'coming', d, 'stroke-width': round(thickness) });
  };
  const group = s('g', { class: 'lane', 'data-lane': lane.id });
  const paths = [pathOf(true), pathOf(false)].filter((path) => path !== undefined);
  group.append(...paths);
  return group;
}

function words(text: string, place: Record<string, number>, name = 'mark'): SVGElement {
  const element = s('text', { ...place, class: name });
  element.textContent = text;
  return element;
}

function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
