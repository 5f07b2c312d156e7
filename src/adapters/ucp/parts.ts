import type { Log } from '../../core/ports';
import type { DockerEngine } from '../docker/engine';
import { isStatus } from '../docker/errors';
import type { PartEntry } from './runJournal';
import { containerSchema, listedSchema, nameOf } from './wire';

/** Milliseconds for what must be done also after a cancel. */
const MUST = 60_000;
/** The product's containers are called `ucp-controller`, `ucp-kv` …; the one that runs a command is `ucp`. */
const PART = /^ucp-[a-z0-9]/;

/** The product's containers that run on a manager. Tasks of the swarm are not among them: the swarm keeps those. */
export async function runningParts(
  engine: DockerEngine,
  signal: AbortSignal,
): Promise<PartEntry[]> {
  const filters = JSON.stringify({ name: ['ucp-'], status: ['running'] });
  const request = { query: { filters }, purpose: 'list the containers of UCP', signal };
  const list = await engine.json('/containers/json', request, listedSchema);
  return list
    .filter((one) => PART.test(nameOf(one)))
    .filter(({ Labels }) => Labels?.['com.docker.swarm.task.id'] === undefined)
    .map((one) => ({ id: one.Id, name: nameOf(one) }));
}

/**
 * Starts what ran before and does not now, also when all else was cancelled. What was removed meanwhile is left out.
 *
 * @returns names of those that were started, and a sentence for each that could not be
 */
export async function startParts(
  engine: DockerEngine,
  entries: readonly PartEntry[],
  log: Log,
): Promise<{ started: string[]; problems: string[] }> {
  const started: string[] = [];
  const problems: string[] = [];
  for (const { id, name } of entries) {
    const request = (purpose: string) => ({ purpose, signal: AbortSignal.timeout(MUST) });
    try {
      const path = `/containers/${id}`;
      const look = request(`look at ${name}`);
      const { State } = await engine.json(`${path}/json`, look, containerSchema);
      if (State.Running === true) continue;
      await engine.json(`${path}/start`, { method: 'POST', ...request(`start ${name}`) });
      started.push(name);
      log.info(`Started ${name} on ${engine.where} again.`);
    } catch (error) {
      if (isStatus(error, 404)) continue;
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`${name} can't be started again now: ${reason}`);
    }
  }
  return { started, problems };
}
