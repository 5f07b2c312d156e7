import type { RunContext } from '../../core/ports';
import { nameMapOf, portable, portableText } from '../../snapshots/swarm/portable';
import type { SwarmConnections } from './connections';
import { readDefinitions } from './definitions';

/** One definition as it is now, in a form that compares with that of a backup; undefined when it is not there. */
export async function liveText(
  connections: SwarmConnections,
  id: string,
  { signal, log }: RunContext,
): Promise<string | undefined> {
  const reached = await connections.reach(signal, log);
  const { definitions } = await readDefinitions(reached, signal);
  const definition = definitions.find((one) => one.id === id);
  if (definition === undefined) return undefined;
  return portableText(portable(definition, nameMapOf(definitions)));
}
