/** The time until an engine's answer begins: it can be cut short, and it has a limit. */
export class AnswerWait {
  readonly #inner = new AbortController();
  readonly #cancel = (): void => this.#inner.abort();
  #timer: NodeJS.Timeout | undefined;
  /** Why it was ended, where we ended it ourselves. */
  failure: Error | undefined;

  /**
   * @param outer the caller's signal
   * @param limit milliseconds; there is none where it is infinite
   * @param late the error for an engine that did not answer
   */
  constructor(
    private readonly outer: AbortSignal,
    private readonly limit: number,
    private readonly late: () => Error,
  ) {
    outer.addEventListener('abort', this.#cancel, { once: true });
    if (outer.aborted) this.#cancel();
  }

  /** Ends what was begun: by the caller, by us, or because all is over. */
  get signal(): AbortSignal {
    return this.#inner.signal;
  }

  /** To be called when all has been sent. */
  readonly begin = (): void => {
    if (this.limit === Infinity) return;
    this.#timer = setTimeout(() => this.fail(this.late()), this.limit);
  };

  /** To be called when the answer has begun. */
  answered(): void {
    clearTimeout(this.#timer);
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.#inner.abort();
  }

  /** To be called when all is over. */
  stop(): void {
    this.outer.removeEventListener('abort', this.#cancel);
    clearTimeout(this.#timer);
    this.#inner.abort();
  }
}
