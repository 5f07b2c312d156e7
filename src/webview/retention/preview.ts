import { forecast, present } from '../../core/retention/forecast';
import type { ForecastBackup } from '../../core/retention/forecast';
import type { RetentionPolicy } from '../../core/retention/policy';
import { byGroup } from '../../core/retention/groups';
import type { RetainedBackup, RetentionOfKind } from '../../core/retention/settings';
import { h, placeChildren, section } from '../shared/dom';
import { keepingPlace, select } from '../shared/fields';
import { dateTable, monthsTable } from './dateTable';
import { draw } from './drawing';
import type { Drawing } from './drawing';
import { SPANS, lanesOf, stretchOf, ticksOf } from './timeline';
import type { Span, Stretch } from './timeline';
import { dateText, drawingText, laneTitle, momentText, summary } from './words';

/** What is previewed. */
export interface Previewed {
  kind: RetentionOfKind;
  /** Another policy for it, where one is edited. */
  edited: RetentionPolicy | undefined;
  /** The fields are wrong as they are: `edited` is what they said last. */
  stale: boolean;
  /** When the settings were read. */
  from: Date;
}

/** A policy and what comes of it. */
interface Version {
  title: string;
  policy: RetentionPolicy;
  backups: ForecastBackup[];
}

/** Least width that is drawn in, in pixels. */
const LEAST_WIDTH = 240;

/** Which backups will exist when: a time line, a date on it that can be moved, and in words what there is then. */
export class Preview {
  readonly element: HTMLElement;
  readonly #figures = h('div', { class: 'figures' });
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
  #shown: Previewed | undefined;
  #span: Span = SPANS[0] as Span;
  /** Whose backups are shown, where a kind has those of several: the policy holds for each by itself. */
  #group: string | undefined;
  readonly #groups = h('div', {});
  #versions: Version[] = [];
  #drawings: Drawing[] = [];
  #width = 0;

  constructor() {
    const spans = select<Span['id']>({
      key: 'span',
      label: 'Show',
      value: this.#span.id,
      options: SPANS.map(({ id, title }) => ({ value: id, label: title })),
      onChange: (id) => {
        this.#span = SPANS.find((span) => span.id === id) ?? this.#span;
        this.#slider.value = '0';
        this.#draw();
      },
    });
    this.element = section(
      'preview',
      'Which backups will exist when',
      { aside: spans },
      this.#note,
      this.#groups,
      this.#figures,
      this.#slider,
      legend(),
      this.#words,
      this.#table,
      this.#monthly,
    );
    new ResizeObserver(() => {
      const width = Math.max(LEAST_WIDTH, Math.floor(this.#figures.clientWidth));
      if (width === this.#width) return;
      this.#width = width;
      this.#drawFigures();
    }).observe(this.#figures);
  }

  show(shown: Previewed): void {
    this.#shown = shown;
    this.#draw();
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
    const { kind, edited, stale } = this.#shown;
    const { from, until } = this.#stretch;
    const existing = this.#existing(kind);
    const versionOf = (title: string, policy: RetentionPolicy): Version => ({
      title,
      policy,
      backups: forecast(policy, existing, from, until),
    });
    this.#versions = [
      versionOf('As it is now', kind.policy),
      ...(edited === undefined ? [] : [versionOf('With the change', edited)]),
    ];
    this.#note.textContent = noteText(kind, stale, edited !== undefined);
    this.#slider.max = String(Math.floor((until.getTime() - from.getTime()) / this.#span.step));
    this.#drawFigures();
    this.#drawMonths();
  }

  /** Those of the group that is shown, and the list of groups where there are several. */
  #existing(kind: RetentionOfKind): readonly RetainedBackup[] {
    const groups = byGroup(kind.existing ?? []);
    const names = [...groups.keys()];
    if (this.#group === undefined || !groups.has(this.#group)) this.#group = names[0];
    const list = select({
      key: 'group',
      label: 'Backups of',
      value: this.#group ?? '',
      options: names.map((name) => ({ value: name, label: name === '' ? '(not named)' : name })),
      onChange: (name) => {
        this.#group = name;
        keepingPlace(() => this.#draw());
      },
    });
    placeChildren(this.#groups, names.length > 1 ? [list] : []);
    return groups.get(this.#group ?? '') ?? [];
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
      this.#follow(drawing);
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

  /** The pointer moves the date, too. */
  #follow(drawing: Drawing): void {
    const { element } = drawing;
    const move = (event: PointerEvent) => {
      const past = drawing.dateAt(event.clientX).getTime() - this.#stretch.from.getTime();
      this.#slider.value = String(Math.round(past / this.#span.step));
      this.#moved();
    };
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      move(event);
    });
    element.addEventListener('pointermove', (event) => {
      if (element.hasPointerCapture(event.pointerId)) move(event);
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
      ...this.#versions.map(({ title, backups }) =>
        h('p', {}, h('strong', {}, `${title}: `), `${summary(present(backups, at), at)}.`),
      ),
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

function noteText({ existing }: RetentionOfKind, stale: boolean, hasLast: boolean): string {
  const known =
    existing === undefined
      ? 'The backups there are now could not be read: only those to come are shown.'
      : 'A forecast: what is there now, and what the schedules will make. Nobody is assumed to make one by hand.';
  if (!stale) return known;
  const wrong = 'The fields are not right yet:';
  return `${known} ${wrong} ${hasLast ? 'shown is what they said last.' : 'what comes of them is not shown.'}`;
}

function tickText(tick: Date, span: Span['id']): string {
  const locale = document.documentElement.lang || undefined;
  const isJanuary = tick.getMonth() === 0;
  const format: Intl.DateTimeFormatOptions =
    span === 'year' || span === 'quarter'
      ? { month: 'short', ...(isJanuary ? { year: 'numeric' } : {}) }
      : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat(locale, format).format(tick);
}
