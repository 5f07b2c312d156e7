import type { FileNotice, FileReply, FileRequest, FileState } from '../../protocol/fileMessages';
import { keepAges } from './ages';
import { h } from './dom';
import { fileNotice } from './fileNotice';
import { waiting } from './waiting';

/** What a page adds to what all pages of files have. */
export interface FilePageOptions<T, Busy extends string> {
  /** What the file is, e.g. `snapshot`. */
  what: string;
  send: (request: FileRequest) => void;
  /** Where the person was when the page was hidden. */
  scroll: () => number;
  onScroll: (scroll: number) => void;
  /** Draws the file that was read. */
  show: (
    name: string,
    shown: T,
  ) => { parts: (HTMLElement | undefined)[]; setNotice: SetNotice<Busy> };
}

type SetNotice<Busy extends string> = (notice: FileNotice<Busy>) => void;

/** The frame of a page that shows a file: waiting, locked, failed, notices, announcements. */
export class FilePage<T, Busy extends string> {
  readonly #live = h('div', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
  readonly #notices = h('div');
  readonly #main = h('main');
  #setProgress: ReturnType<typeof waiting>['setProgress'] = () => undefined;
  #setNotice: SetNotice<Busy> = () => undefined;

  constructor(private readonly options: FilePageOptions<T, Busy>) {
    document.body.append(this.#live, this.#notices, this.#main);
    let scrolled: ReturnType<typeof setTimeout> | undefined;
    window.addEventListener('scroll', () => {
      clearTimeout(scrolled);
      scrolled = setTimeout(() => options.onScroll(window.scrollY), 200);
    });
    keepAges(60_000);
  }

  /** For screen readers. */
  announce(text: string): void {
    this.#live.textContent = text;
  }

  /** Takes what every page is told. */
  receive(reply: FileReply<T, Busy>): void {
    if (reply.type === 'state') {
      this.#show(reply.name, reply.state);
      this.#showNotice(reply.notice);
    } else if (reply.type === 'progress') {
      this.#setProgress(reply.progress);
    } else {
      this.#showNotice(reply.notice);
    }
  }

  #show(name: string, state: FileState<T>): void {
    this.#setProgress = this.#setNotice = () => undefined;
    this.#main.setAttribute('aria-busy', String(state.kind === 'reading'));
    if (state.kind === 'shown') {
      const { parts, setNotice } = this.options.show(name, state.shown);
      this.#setNotice = setNotice;
      this.#main.replaceChildren(...parts.filter((part) => part !== undefined));
      window.scrollTo(0, this.options.scroll());
      this.announce(`${name} is shown.`);
      return;
    }
    const shown = waiting(name, this.options.what, state, this.options.send);
    this.#setProgress = shown.setProgress;
    this.#main.replaceChildren(shown.element);
    const said = {
      reading: 'Reading',
      locked: 'Encrypted',
      cancelled: 'Cancelled',
      failed: 'Failed',
    };
    this.announce(`${said[state.kind]}: ${name}`);
  }

  #showNotice(notice: FileNotice<Busy>): void {
    const shown = fileNotice(notice, this.options.send);
    this.#notices.replaceChildren(...(shown === undefined ? [] : [shown]));
    this.#setNotice(notice);
  }
}
