import { isCancellation } from '../../core/errors';
import type { PlanLine } from '../../core/plan';
import type { RunContext } from '../../core/ports';
import { isStatus } from '../docker/errors';
import type { NodeEngine } from '../swarm/connections';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { candidates } from './managers';
import type { Candidate, UcpManagers } from './managers';
import { busyText, productContainer, runOf } from './productContainer';
import { readProductRuns } from './runJournal';
import type { UcpVersion } from './versions';
import type { InspectedContainer } from './wire';

/** A backup that is about to be taken. */
interface Intended {
  on: Candidate;
  found: UcpManagers;
  version: UcpVersion;
}

/** What stands in its way right now, on the manager that takes it and on the others. */
export async function hindranceLines(
  connections: UcpConnections,
  { on, found, version }: Intended,
  { signal }: RunContext,
): Promise<PlanLine[]> {
  const here = await productContainer(on.engine, signal);
  const there = await runsElsewhere(found, on, signal);
  const lines: PlanLine[] = [];
  for (const { name, container } of here ? [{ name: on.name, container: here }, ...there] : there) {
    const left = await readProductRuns(connections.journals);
    const isLeft = left.some(({ run, alive }) => run === runOf(container) && !alive);
    lines.push(
      isLeft
        ? {
            severity: 'info',
            code: 'ucp.leftOver',
            title: `A run that was cut off has left its container on ${name}: it is removed first`,
          }
        : {
            severity: 'blocker',
            code: 'ucp.busy',
            title: `Another command of UCP is there on ${name}`,
            detail: busyText(name, container),
          },
    );
  }
  if (!(await hasImage(on.engine, version.image, signal))) {
    lines.push({
      severity: 'blocker',
      code: 'ucp.imageMissing',
      title: `The engine on ${on.name} has no image ${version.image}`,
      detail: `On ${on.name}: docker pull ${version.image}`,
    });
  }
  return lines;
}

/**
 * Refuses while a command of the product runs on another manager: the container's name keeps two apart on one engine
 * only, and up to 3.1 each would stop UCP on its own manager.
 *
 * @throws `ucp.busy`
 */
export async function refuseElsewhere(
  found: UcpManagers,
  on: Candidate,
  signal: AbortSignal,
): Promise<void> {
  const [other] = await runsElsewhere(found, on, signal);
  if (other === undefined) return;
  throw ucpErrors.busy({ message: busyText(other.name, other.container) });
}

async function runsElsewhere(
  found: UcpManagers,
  on: Candidate,
  signal: AbortSignal,
): Promise<{ name: string; container: InspectedContainer }[]> {
  const others = candidates(found).filter(({ engine }) => engine !== on.engine);
  const all = await Promise.all(
    others.map(async ({ name, engine }) => {
      const container = await productContainer(engine, signal).catch((error: unknown) => {
        if (isCancellation(error)) throw error;
        // The product looks for itself as well.
        return undefined;
      });
      return container?.State.Running === true ? [{ name, container }] : [];
    }),
  );
  return all.flat();
}

async function hasImage(
  { engine }: NodeEngine,
  image: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const path = `/images/${encodeURIComponent(image)}/json`;
    await engine.json(path, { purpose: `look for the image ${image}`, signal });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}
