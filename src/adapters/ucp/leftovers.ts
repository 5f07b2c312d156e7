import { isCancellation } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import type { NodeEngine, ReachedEngines } from '../swarm/connections';
import { removeLeftovers } from '../swarm/helperContainers';
import { interruptedRuns as helperRuns, resumeRuns as removeHelpers } from '../swarm/resume';
import { listText } from '../swarm/words';
import { removeJournal } from '../runJournal';
import type { UcpConnections } from './connections';
import { startParts } from './parts';
import { readProductRuns } from './runJournal';
import type { LeftProductRun } from './runJournal';

/** What runs that were cut off have left, from their journals alone. */
export async function interruptedRuns(connections: UcpConnections): Promise<string[]> {
  const left = (await readProductRuns(connections.journals)).filter(({ alive }) => !alive);
  const runs = left.map(({ command, node, since, containers }) =>
    containers.length === 0
      ? `a ${command} on ${node} of ${since} was cut off; its container is to be removed`
      : `a ${command} on ${node} of ${since} was cut off; its container is to be removed, and ${listText(containers.map(({ name }) => name))} may be stopped`,
  );
  // What a backup was copied from a manager through.
  return [...runs, ...(await helperRuns(connections.engines))];
}

/**
 * Removes the containers of runs that were cut off, and starts what they had stopped. What can't be done now stays in
 * its journal for the next time; the lines say so.
 */
export async function resumeRuns(
  connections: UcpConnections,
  context: RunContext,
): Promise<string[]> {
  const left = (await readProductRuns(connections.journals)).filter(({ alive }) => !alive);
  const helpers = await removeHelpers(connections.engines, context);
  if (left.length === 0) return helpers;
  const reached = await connections.engines.reach(context.signal, context.log, { anyMain: true });
  const said: string[] = [...helpers];
  for (const run of left) {
    context.progress({ phase: `Finishing a ${run.command} on ${run.node}` });
    const { done, problems } = await finish(run, reached, context);
    if (problems.length === 0) await removeJournal(run.path, connections.journals);
    said.push(...done, ...problems);
  }
  return said;
}

/** Whether the product had begun to write, its volumes tell: they are looked at by each plan. */
const RESTORE_CUT_OFF =
  'What the restore had brought back by then is not whole: the plan of the next one says what is there. Restore again.';

async function finish(
  { run, command, node, containers }: LeftProductRun,
  reached: ReachedEngines,
  context: RunContext,
): Promise<{ done: string[]; problems: string[] }> {
  const on: NodeEngine | undefined = reached.all.find((one) => one.node === node);
  if (on === undefined) {
    return {
      done: [],
      problems: [`The engine of ${node} is not reached: what a ${command} has left there stays.`],
    };
  }
  try {
    const removed = await removeLeftovers(on.engine, run, context.log);
    const { started, problems } = await startParts(on.engine, containers, context.log);
    return {
      done: [
        ...(removed.containers > 0 ? [`Removed the container of a ${command} on ${node}.`] : []),
        ...(command === 'restore' ? [RESTORE_CUT_OFF] : []),
        ...(started.length > 0 ? [`Started ${listText(started)} on ${node} again.`] : []),
      ],
      problems: problems.map((problem) => `On ${node}, ${problem}`),
    };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      done: [],
      problems: [`What a ${command} has left on ${node} can't be undone: ${reason}`],
    };
  }
}
