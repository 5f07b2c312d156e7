import { setTimeout as sleep } from 'node:timers/promises';
import { coreErrors } from '../../../core/errors';
import type { RunContext } from '../../../core/ports';
import type { DockerEngine } from '../../docker/engine';
import { recoveryErrors } from './errors';
import type { Situation } from './situation';
import type { SeenEngine } from './survey';

/** One step being taken: what was seen, what was answered, and the engines to ask. */
export class RecoveryRun {
  constructor(
    readonly situation: Situation,
    private readonly engines: ReadonlyMap<SeenEngine, DockerEngine>,
    readonly answers: Readonly<Record<string, string>>,
    readonly context: RunContext,
  ) {}

  get signal(): AbortSignal {
    return this.context.signal;
  }

  /** The connection behind an engine that was seen. */
  engine(seen: SeenEngine | undefined): DockerEngine {
    const engine = seen && this.engines.get(seen);
    if (engine === undefined) {
      throw recoveryErrors.notNow({ message: 'The engine that is needed does not answer.' });
    }
    return engine;
  }

  /** The engine that was chosen; where there is only one, that one. */
  chosen(engines: readonly SeenEngine[]): SeenEngine {
    const wanted = this.answers['engine'];
    const [only] = engines;
    if (wanted === undefined && engines.length === 1 && only !== undefined) return only;
    const found = engines.find((e) => e.where === wanted || e.name === wanted);
    if (found === undefined) {
      throw recoveryErrors.badAnswer({
        message:
          wanted === undefined
            ? `Say which engine is meant: ${engines.map((e) => e.name).join(', ')}.`
            : `"${wanted}" is none of the engines that this step is for.`,
      });
    }
    return found;
  }

  answer(field: string): string {
    const value = this.answers[field]?.trim() ?? '';
    if (value === '') throw recoveryErrors.badAnswer({ message: `"${field}" was not answered.` });
    return value;
  }

  /**
   * Asks until something is given.
   *
   * @param what for the error: "the swarm has a leader"
   * @param seconds until it gives up with `recovery.notInTime`
   */
  async until<T>(
    what: string,
    seconds: number,
    probe: () => Promise<T | undefined>,
    every = 500,
  ): Promise<T> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      if (this.signal.aborted) throw coreErrors.cancelled({ message: 'Cancelled.' });
      // Engines answer with errors while they change their state.
      const given = await probe().catch(() => undefined);
      if (given !== undefined) return given;
      if (performance.now() > end) {
        throw recoveryErrors.notInTime({
          message: `Waited ${seconds} seconds until ${what}, in vain.`,
        });
      }
      await sleep(every, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }
}
