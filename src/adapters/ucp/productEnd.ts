import { throwIfCancelled } from '../../core/errors';
import type { Log, RunContext } from '../../core/ports';
import { EngineStatusError } from '../docker/errors';
import type { NodeEngine } from '../swarm/connections';
import { removeLeftovers } from '../swarm/helperContainers';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { resumeRuns } from './leftovers';
import { startParts } from './parts';
import { ProductContainer, busyText, productContainer, runOf } from './productContainer';
import type { ProductCommand } from './productRun';
import { ProductJournal, readProductRuns } from './runJournal';
import type { InspectedContainer } from './wire';

/** Runs of this process that are just being tidied up, by their id. */
const ending = new Map<string, Promise<void>>();

/** How often the name is asked for. */
const TRIES = 3;

/** What has to be done when a run is over, however it ended: once, also after a cancel. */
export class RunEnd {
  /** Settles when all is done. */
  readonly tidied: Promise<void>;
  /** A sentence for each container of the product that could not be started again. */
  readonly problems: string[] = [];
  #begun = false;
  #over: () => void = () => undefined;

  constructor(
    private readonly on: NodeEngine,
    private readonly container: ProductContainer,
    private readonly journal: ProductJournal,
    private readonly log: Log,
  ) {
    this.tidied = new Promise((resolve) => (this.#over = resolve));
  }

  /** Removes the container, and starts what ran before it and does not now. Never throws. */
  tidy(): Promise<void> {
    if (!this.#begun) {
      this.#begun = true;
      const { run } = this.journal;
      ending.set(run, this.tidied);
      void this.#tidy().finally(() => {
        ending.delete(run);
        this.#over();
      });
    }
    return this.tidied;
  }

  async #tidy(): Promise<void> {
    const { engine, node } = this.on;
    let clean = true;
    try {
      await this.container.remove();
    } catch (error) {
      clean = false;
      const reason = error instanceof Error ? error.message : String(error);
      this.log.warn(`The container "ucp" on ${node} could not be removed: ${reason}`);
    }
    const { problems } = await startParts(engine, this.journal.entries, this.log);
    this.problems.push(...problems);
    try {
      if (clean && problems.length === 0) await this.journal.clear();
      else this.journal.leave();
    } catch (error) {
      this.log.warn(`A journal could not be removed: ${String(error)}`);
    }
  }
}

/**
 * Creates the container, with a journal on the disk before it. What a run of ours that is over has left under its name
 * is removed first.
 *
 * @throws `ucp.busy`, `ucp.imageMissing`, `docker.*`
 */
export async function claimContainer(
  connections: UcpConnections,
  on: NodeEngine,
  command: ProductCommand,
  context: RunContext,
): Promise<{ container: ProductContainer; journal: ProductJournal }> {
  for (let tries = 1; ; tries++) {
    const journal = await ProductJournal.begin(connections.journals, command.command, on.node);
    const container = new ProductContainer(on, command, journal.run);
    try {
      if (await container.create()) return { container, journal };
    } catch (error) {
      await unmade(on, journal, error, context.log);
      throw error;
    }
    await journal.clear();
    throwIfCancelled(context.signal);
    const found = await productContainer(on, context.signal);
    if (found === undefined && tries < TRIES) continue;
    const isFree = tries < TRIES && (await makeWay(connections, found && runOf(found), context));
    if (!isFree) throw busy(on, found);
  }
}

/** After a failed creation. Where no answer came, the engine may have made it all the same: it is looked for. */
async function unmade(
  { engine }: NodeEngine,
  journal: ProductJournal,
  error: unknown,
  log: Log,
): Promise<void> {
  try {
    const saidNo = [error, (error as Error).cause].some((e) => e instanceof EngineStatusError);
    if (!saidNo) await removeLeftovers(engine, journal.run, log);
    await journal.clear();
  } catch {
    // The next start does it.
    journal.leave();
  }
}

/** Waits for a run of ours that is ending, or finishes one that was cut off; false where there is none such. */
async function makeWay(
  connections: UcpConnections,
  run: string | undefined,
  context: RunContext,
): Promise<boolean> {
  if (run === undefined) return false;
  const tidied = ending.get(run);
  if (tidied !== undefined) {
    await tidied;
    return true;
  }
  const left = await readProductRuns(connections.journals);
  if (!left.some((one) => one.run === run && !one.alive)) return false;
  for (const line of await resumeRuns(connections, context)) context.log.warn(line);
  return true;
}

function busy({ node }: NodeEngine, found: InspectedContainer | undefined) {
  return ucpErrors.busy({
    message:
      found === undefined
        ? `On ${node}, containers named "ucp" come and go: other commands of UCP are running.`
        : busyText(node, found),
  });
}
