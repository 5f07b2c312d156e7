import type * as vscode from 'vscode';
import { isCancellation, toErrorInfo } from '../../core/errors';
import type { ProblemShown } from '../../protocol/problemShown';
import type { Services } from '../services';
import { openPage } from './webviewPage';
import type { Screen } from './webviewPage';

/** What pages tell whatever they are about: what goes on, and what came of it where it failed. */
export interface Going {
  busy?: unknown;
  problem?: ProblemShown;
}

/** A page that is told as a whole what to show, again with each change of it. */
export class ShownPage<Shown extends Going> {
  readonly #panel: vscode.WebviewPanel;
  #shown: Shown;
  #isClosed = false;

  /**
   * Opens it.
   *
   * @param options.about begins what the log has of it: "Policy of prod"
   * @param options.shown what it shows at first
   * @param options.once what came of the last thing that went on: not told any more when the next begins
   * @param options.receive what the page asks for, unparsed
   */
  constructor(
    private readonly services: Pick<Services, 'context' | 'log'>,
    private readonly options: {
      screen: Screen;
      title: string;
      about: string;
      shown: Shown;
      once: readonly (keyof Shown)[];
      receive: (request: unknown) => void;
      onClose: () => void;
    },
  ) {
    const { screen, title, shown, receive, onClose } = options;
    const { extensionUri } = services.context;
    this.#shown = shown;
    this.#panel = openPage(extensionUri, screen, `clusterBackup.${screen}`, title);
    const listening = this.#panel.webview.onDidReceiveMessage(receive);
    this.#panel.onDidDispose(() => {
      this.#isClosed = true;
      listening.dispose();
      onClose();
    });
  }

  get shown(): Shown {
    return this.#shown;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Runs with the page told what goes on, and tells it what failed. Never throws. */
  async during(busy: NonNullable<Shown['busy']>, run: () => Promise<void>): Promise<void> {
    this.leave('problem', ...this.options.once);
    this.#shown = { ...this.#shown, busy };
    this.post();
    try {
      await run();
    } catch (error) {
      this.fail(error);
    } finally {
      this.leave('busy');
      this.post();
    }
  }

  fail(error: unknown): void {
    const { message, next, code, detail } = toErrorInfo(error);
    const { log } = this.services;
    log.error(`${this.options.about}: ${code}: ${message}`);
    if (detail !== undefined) log.debug(detail);
    const problem = { message, next, code, cancelled: isCancellation(error) };
    this.#shown = { ...this.#shown, problem };
    this.post();
  }

  change(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change };
    this.post();
  }

  /** Without telling the page: what comes next does. */
  leave(...keys: (keyof Shown)[]): void {
    const left = Object.entries(this.#shown).filter(([key]) => !keys.includes(key as keyof Shown));
    this.#shown = Object.fromEntries(left) as unknown as Shown;
  }

  post(): void {
    if (this.#isClosed) return;
    // Lost while the page is hidden: it asks with `ready` when it comes back.
    void this.#panel.webview.postMessage({ type: this.options.screen, shown: this.#shown });
  }
}
