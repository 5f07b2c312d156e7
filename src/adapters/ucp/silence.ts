import type { Duplex, Readable } from 'node:stream';

/** Watches a run that neither says nor gives nor takes anything. Time in which we hold it back is not its own. */
export class Silence {
  readonly #timer: NodeJS.Timeout;
  #last = Date.now();

  /**
   * @param limit seconds
   * @param connection the run's input and output
   * @param output what of it is read by others
   * @param hasInput whether it is given any: then it may wait for us
   */
  constructor(
    limit: number,
    private readonly connection: Duplex,
    private readonly output: Readable,
    private readonly hasInput: boolean,
    silent: () => void,
  ) {
    const milliseconds = limit * 1000;
    connection.on('data', this.#heard).on('drain', this.#heard);
    this.#timer = setInterval(
      () => {
        if (this.#waitsForUs()) this.#heard();
        if (Date.now() - this.#last < milliseconds) return;
        this.stop();
        silent();
      },
      Math.max(10, Math.min(1000, milliseconds / 4)),
    );
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.connection.off('data', this.#heard).off('drain', this.#heard);
  }

  readonly #heard = (): void => {
    this.#last = Date.now();
  };

  #waitsForUs(): boolean {
    if (this.output.readableLength >= this.output.readableHighWaterMark) return true;
    const { writable, writableNeedDrain } = this.connection;
    return this.hasInput && writable && !writableNeedDrain;
  }
}
