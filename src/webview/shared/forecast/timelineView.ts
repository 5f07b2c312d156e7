import { present } from '../../../core/retention/forecast';
import type { ForecastBackup } from '../../../core/retention/forecast';
import type { RetentionPolicy } from '../../../core/retention/policy';
import { h, placeChildren, section } from '../dom';
import { select } from '../fields';
import { dateTable, monthsTable } from './dateTable';
import { draw } from './drawing';
import type { Drawing } from './drawing';
import { SPANS, lanesOf, stretchOf, ticksOf, tickText } from './timeline';
import type { Span, Stretch } from './timeline';
import { dateText, drawingText, laneTitle, momentText, summary } from './words';

/** A policy and what comes of it. */
export interface Version {
  title: string;
  policy: RetentionPolicy;
  backups: ForecastBackup[];
  /** What else is to be said of those that are there at a date. */
  told?: (there: readonly ForecastBackup[], at: Date) => string;
}

/** What is shown. */
export interface Forecasted {
  /** Where the time line begins. */
  from: Date;
  /** How far it can go; all when left out. */
  spans?: readonly Span[];
  /** What one has to know of the forecast. */
  note: string;
  /** What holds now, and after it what is edited. */
  versionsOf: (stretch: Stretch) => Version[];
  /** Stands above the drawing. */
  above?: readonly HTMLElement[];
}

/** Least width that is drawn in, in pixels. */
const LEAST_WIDTH = 240;

/** Which backups will exist when: a time line, a date on it that can be moved, and in words what there is then. */
export class TimelineView {
  readonly element: HTMLElement;
  readonly #figures = h('div', { class: 'figures' });
  /** Which of the drawings the pointer drags the date in. */
  #dragged: number | undefined;
  readonly #slider = h('input', {
    type: 'range',
    class: 'slider',
    id: 'date',
    min: '0',
    value: '0',
    step: '1',
    'aria-label': 'Date',
    oninput: () => this.#moved(),
    onkeydown: (event) => this.#key(event),
  });
  readonly #words = h('div', { class: 'at', id: 'at' });
  readonly #note = h('p', { class: 'muted' });
  readonly #table = h('div', {});
  readonly #months = h('div', {});
  readonly #monthly = h(
    'details',
    { class: 'monthly', ontoggle: () => this.#drawMonths() },
    h('summary', {}, 'The same in words, month by month'),
    this.#months,
  );
  #shown: Forecasted | undefined;
  #span: Span = SPANS[0] as Span;
  #offered: readonly Span[] = SPANS;
  readonly #above = h('div', {});
  readonly #spans = h('div', {});
  #versions: Version[] = [];
  #drawings: Drawing[] = [];
  #width = 0;

  constructor() {
    this.element = section(
      'preview',
      'Which backups will exist when',
      { aside: this.#spans },
      this.#note,
      this.#above,
      this.#figures,
      this.#slider,
      legend(),
      this.#words,
      this.#table,
      this.#monthly,
    );
    this.#drawSpans();
    this.#followPointer();
    new ResizeObserver(() => {
      const width = Math.max(LEAST_WIDTH, Math.floor(this.#figures.clientWidth));
      if (width === this.#width) return;
      this.#width = width;
      this.#drawFigures();
    }).observe(this.#figures);
  }

  show(shown: Forecasted): void {
    this.#shown = shown;
    const offered = shown.spans ?? SPANS;
    if (offered.map(({ id }) => id).join() !== this.#offered.map(({ id }) => id).join()) {
      this.#offered = offered;
      this.#drawSpans();
    }
    this.#draw();
  }

  /** Where a stretch ends that begins now. */
  endOf(span: Span): Date {
    return stretchOf(this.#shown?.from ?? new Date(), span).until;
  }

  /** The list of stretches; the longest one where the one that was shown is not among them. */
  #drawSpans(): void {
    this.#span = this.#offered.find(({ id }) => id === this.#span.id) ?? (this.#offered[0] as Span);
    const list = select<Span['id']>({
      key: 'span',
      label: 'Show',
      value: this.#span.id,
      options: this.#offered.map(({ id, title }) => ({ value: id, label: title })),
      onChange: (id) => {
        this.#span = this.#offered.find((span) => span.id === id) ?? this.#span;
        this.#slider.value = '0';
        this.#draw();
      },
    });
    placeChildren(this.#spans, [list]);
  }

  get #stretch(): Stretch {
    return stretchOf(this.#shown?.from ?? new Date(), this.#span);
  }

  get #at(): Date {
    const { from } = this.#stretch;
    return new Date(from.getTime() + Number(this.#slider.value) * this.#span.step);
  }

  #draw(): void {
    if (this.#shown === undefined) return;
    const { note, versionsOf, above = [] } = this.#shown;
    const { from, until } = this.#stretch;
    this.#versions = versionsOf({ from, until });
    this.#note.textContent = note;
    placeChildren(this.#above, above);
    this.#slider.max = String(Math.floor((until.getTime() - from.getTime()) / this.#span.step));
    this.#drawFigures();
    this.#drawMonths();
  }

  #drawFigures(): void {
    if (this.#width === 0 || this.#shown === undefined) return;
    const stretch = this.#stretch;
    const ticks = ticksOf(stretch, this.#span.id);
    const drawn = this.#versions.map(({ title, policy, backups }) => {
      const lanes = lanesOf(backups, policy, stretch);
      const drawing = draw({
        text: drawingText(title, lanes, policy, stretch),
        lanes,
        titleOf: ({ id }) => laneTitle(id, policy),
        stretch,
        ticks,
        tickText: (tick) => tickText(tick, this.#span.id),
        width: this.#width,
      });
      const empty = lanes.length === 0;
      const figure = h(
        'figure',
        {},
        h('figcaption', {}, title),
        empty
          ? h('p', { class: 'muted' }, 'No backup is there, and none will be made.')
          : drawing.element,
      );
      return { drawing, figure };
    });
    this.#drawings = drawn.map(({ drawing }) => drawing);
    placeChildren(
      this.#figures,
      drawn.map(({ figure }) => figure),
    );
    this.#moved();
  }

  /** The pointer moves the date, too. What is drawn anew while it is dragged takes the place of what was there. */
  #followPointer(): void {
    const figures = this.#figures;
    const move = ({ clientX }: PointerEvent) => {
      const drawing = this.#drawings[this.#dragged ?? -1];
      if (drawing === undefined) return;
      const past = drawing.dateAt(clientX).getTime() - this.#stretch.from.getTime();
      this.#slider.value = String(Math.round(past / this.#span.step));
      this.#moved();
    };
    figures.addEventListener('pointerdown', (event) => {
      const under = event.composedPath();
      const at = this.#drawings.findIndex(({ element }) => under.includes(element));
      if (at < 0) return;
      this.#dragged = at;
      figures.setPointerCapture(event.pointerId);
      move(event);
    });
    figures.addEventListener('pointermove', (event) => {
      if (figures.hasPointerCapture(event.pointerId)) move(event);
    });
  }

  /** A month or so at a time; the arrows are the slider's own. */
  #key(event: Event): void {
    if (!(event instanceof KeyboardEvent)) return;
    const direction = { PageUp: 1, PageDown: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    const steps = (direction * this.#span.page) / this.#span.step;
    this.#slider.value = String(Number(this.#slider.value) + steps);
    this.#moved();
  }

  #moved(): void {
    const at = this.#at;
    for (const drawing of this.#drawings) drawing.setDate(at);
    const [now, after] = this.#versions.map(({ backups }) => present(backups, at));
    if (now === undefined) return;
    this.#slider.setAttribute('aria-valuetext', dateText(at, now, after));
    placeChildren(this.#words, [
      h('p', { class: 'moment' }, momentText(at)),
      ...this.#versions.map(({ title, backups, told }) => {
        const there = present(backups, at);
        const more = told === undefined ? '' : ` ${told(there, at)}`;
        return h('p', {}, h('strong', {}, `${title}: `), `${summary(there, at)}.${more}`);
      }),
    ]);
    placeChildren(this.#table, [dateTable({ at, until: this.#stretch.until, now, after })]);
  }

  /** Only where it is looked at. */
  #drawMonths(): void {
    if (!this.#monthly.open || this.#shown === undefined) return;
    const [now, after] = this.#versions.map(({ backups }) => backups);
    if (now !== undefined) {
      placeChildren(this.#months, [monthsTable({ stretch: this.#stretch, now, after })]);
    }
  }
}

/** What the two colours mean, and how the date is moved. */
function legend(): HTMLElement {
  return h(
    'p',
    { class: 'legend muted' },
    h('span', {}, h('span', { class: 'swatch existing', 'aria-hidden': 'true' }), 'there now'),
    h('span', {}, h('span', { class: 'swatch coming', 'aria-hidden': 'true' }), 'to come'),
    h('span', {}, 'Move the date with the slider, its arrow and page keys, or in the drawing.'),
  );
}
