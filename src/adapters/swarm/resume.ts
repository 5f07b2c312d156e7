import { isCancellation } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { pauseFor } from '../retry';
import type { SwarmConnections } from './connections';
import { swarmErrors } from './errors';
import { removeLeftovers } from './helperContainers';
import { readJournals, removeJournal } from './journal';
import type { LeftJournal, RunKind } from './journal';
import { releaseService } from './serviceHold';
import { listText } from './words';

const NAMES: Readonly<Record<RunKind, string>> = {
  backup: 'a backup',
  restore: 'a restore',
  plan: 'a look at volumes',
};

/** Milliseconds between two looks at another run, and how long to wait for it at most. */
const LOOK = 500;
const PATIENCE = 20_000;

/** What runs that were cut off have left, from their journals alone. */
export async function interruptedRuns(connections: SwarmConnections): Promise<string[]> {
  const left = (await readJournals(connections.journals)).filter(({ alive }) => !alive);
  return left.map(({ kind, since, services }) =>
    services.length === 0
      ? `${NAMES[kind]} of ${since} was cut off; what it made on the engines is to be removed`
      : `${NAMES[kind]} of ${since} was cut off and holds ${listText(services.map(({ name }) => name))} at zero`,
  );
}

/**
 * Brings back what they had stopped, and removes what they had made. What can't be done now stays in its journal for
 * the next time; the lines say so.
 */
export async function resumeRuns(
  connections: SwarmConnections,
  context: RunContext,
): Promise<string[]> {
  const journals = (await readJournals(connections.journals)).filter(({ alive }) => !alive);
  if (journals.length === 0) return [];
  const { signal, log } = context;
  const { all, manager, unreached } = await connections.reach(signal, log);
  const said: string[] = [];
  for (const journal of journals) {
    const left: string[] = [];
    for (const entry of journal.services) {
      context.progress({ phase: `Bringing back service ${entry.name}` });
      try {
        if (manager === undefined) throw new Error('no manager of the swarm was reached');
        const changed = await releaseService(manager.engine, entry, journal.run, signal);
        said.push(
          changed
            ? `Service ${entry.name} was brought back${entry.replicas === null ? '' : ` to ${entry.replicas} replicas`}.`
            : `Service ${entry.name} is not held any more.`,
        );
      } catch (error) {
        if (isCancellation(error)) throw error;
        left.push(`Service ${entry.name} can't be brought back now: ${reasonOf(error)}`);
      }
    }
    for (const { engine, node } of all) {
      try {
        const { containers, images } = await removeLeftovers(engine, journal.run, log);
        if (containers + images > 0)
          said.push(`Removed what ${NAMES[journal.kind]} had made on ${node}.`);
      } catch (error) {
        if (isCancellation(error)) throw error;
        left.push(
          `What ${NAMES[journal.kind]} had made on ${node} can't be removed now: ${reasonOf(error)}`,
        );
      }
    }
    if (left.length === 0) await removeJournal(journal.path, connections.journals);
    said.push(...left);
  }
  for (const { where, node } of unreached) {
    said.push(
      `The engine of ${node ?? where} was not reached; an empty container may be left there.`,
    );
  }
  return said;
}

/**
 * Waits until no other run of this user holds services of the cluster: they would be backed up as if they had no
 * replicas. Callers hold the cluster's lock, so there is one only where two vaults keep the same cluster, or for the
 * moments after a run was ended by force. Runs that hold nothing do not disturb each other.
 *
 * @throws `swarm.busy`
 */
export async function waitForOthers(
  connections: SwarmConnections,
  context: RunContext,
): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const journals = await readJournals(connections.journals);
    const [holding] = journals.filter(({ alive, services }) => alive && services.length > 0);
    if (holding === undefined) {
      const dead = journals.filter(({ alive }) => !alive);
      if (dead.length > 0) await finishDead(connections, dead, context);
      return;
    }
    if (Date.now() > until) {
      const names = listText(holding.services.map(({ name }) => name));
      throw swarmErrors.busy({
        message: `A consistent backup of this cluster that began at ${holding.since} is running, and holds ${names} at zero.`,
      });
    }
    context.progress({ phase: 'Waiting for another backup of this cluster' });
    await pauseFor(LOOK, context.signal);
  }
}

/** Services that are still held would be backed up as if they had no replicas. */
async function finishDead(
  connections: SwarmConnections,
  journals: readonly LeftJournal[],
  context: RunContext,
): Promise<void> {
  if (journals.every(({ services }) => services.length === 0)) return;
  for (const line of await resumeRuns(connections, context)) context.log.warn(line);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
