import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import { isStatus } from '../docker/errors';
import type { NodeEngine } from '../swarm/connections';
import { nodeSchema, swarmSchema } from '../swarm/wire';
import type { SwarmNode } from '../swarm/wire';
import type { Membership, SwarmManager } from './restoreFacts';

/** Seconds; a manager that has lost its leader takes 20 to say so. */
const PATIENCE = 25;

/** Where in a swarm an engine stands, and who its managers are. */
export async function readMembership(
  { engine, state, manager, info }: NodeEngine,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<Membership> {
  if (state === 'inactive') return { state: 'none' };
  if (state === 'locked') return { state: 'locked' };
  if (!manager) {
    return state === 'active'
      ? { state: 'worker' }
      : { state: 'pending', error: info.Swarm?.Error };
  }
  const ask = { signal, timeout: PATIENCE };
  try {
    const [swarm, nodes] = await Promise.all([
      engine.json('/swarm', { ...ask, purpose: 'describe its swarm' }, swarmSchema),
      engine.json('/nodes', { ...ask, purpose: 'list its nodes' }, z.array(nodeSchema)),
    ]);
    return {
      state: 'manager',
      id: swarm.ID,
      autolock: swarm.Spec.EncryptionConfig?.AutoLockManagers === true,
      managers: nodes.filter((node) => node.Spec.Role === 'manager').map(swarmManager),
    };
  } catch (error) {
    // Docker answers 503 or 500, by its version, where no leader is found.
    if (isStatus(error, 500, 503)) return { state: 'noQuorum' };
    throw error;
  }
}

/** A manager of a list of nodes. */
export function swarmManager(node: SwarmNode): SwarmManager {
  const { ManagerStatus, Status, Description, ID } = node;
  // A leader may know itself as 0.0.0.0 in one of the two.
  const addresses = [Status?.Addr, ManagerStatus?.Addr?.replace(/:\d+$/, '')];
  const address = addresses.find((one) => one !== undefined && one !== '' && one !== '0.0.0.0');
  return {
    name: Description?.Hostname ?? ID,
    address: (address ?? '').replace(/^\[(.*)\]$/, '$1'),
    isUp: Status?.State === 'ready' && ManagerStatus?.Reachability === 'reachable',
  };
}
