import type { SystemDefinition } from '../core/ports';
import { consul } from './consul/definition';
import { dcos } from './dcos/definition';
import { swarm } from './swarm/definition';
import { ucp } from './ucp/definition';
import { upsun } from './upsun/definition';

/** Every system this version knows. Definitions are light; the rest of an adapter loads when it is used. */
export const systems: readonly SystemDefinition[] = [consul, swarm, ucp, dcos, upsun];

/** The definition of a system, or undefined when this version does not know it. */
export function systemById(id: string): SystemDefinition | undefined {
  return systems.find((system) => system.id === id);
}
