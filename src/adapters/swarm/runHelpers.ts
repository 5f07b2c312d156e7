import type { Log } from '../../core/ports';
import type { DockerEngine } from '../docker/engine';
import { HelperContainers } from './helperContainers';
import { Journal } from './journal';
import type { RunKind } from './journal';

/**
 * Helper containers of one run on any engine. Its journal is on the disk before the first is made, so that the next
 * start removes them when this process is killed; a run that needs none writes nothing.
 */
export class RunHelpers {
  readonly #helpers = new Map<DockerEngine, HelperContainers>();
  #journal: Promise<Journal> | undefined;

  /** @param journals folder of the cluster's journals */
  constructor(
    private readonly journals: string,
    private readonly kind: RunKind,
    private readonly log: Log,
  ) {}

  async on(engine: DockerEngine): Promise<HelperContainers> {
    const { run } = await (this.#journal ??= Journal.begin(this.journals, this.kind));
    const helpers = this.#helpers.get(engine) ?? new HelperContainers(engine, run);
    this.#helpers.set(engine, helpers);
    return helpers;
  }

  /** Removes all that was made; what can't be removed now is left to the next start. */
  async close(): Promise<void> {
    const journal = await this.#journal?.catch(() => undefined);
    const closed = [...this.#helpers.values()].map((helpers) => helpers.close(this.log));
    const clean = (await Promise.allSettled(closed)).every(({ status }) => status === 'fulfilled');
    if (clean) await journal?.clear();
    else journal?.leave();
  }
}
