import type { Definition, SwarmManifest } from '../../snapshots/swarm/layout';
import type { ReachedEngines } from './connections';
import type { ClusterDefinitions } from './definitions';
import type { Chosen } from './scope';
import {
  mountedVolumes,
  namesVolume,
  servicesOf,
  unreachedNodes,
  unreachedVolumes,
} from './volumeUse';
import type { SwarmService } from './wire';

/** What no given engine reaches, of what was chosen. */
export async function unreached(
  reached: ReachedEngines,
  cluster: ClusterDefinitions,
  { only, definitions }: Chosen,
  signal: AbortSignal,
): Promise<SwarmManifest['left']> {
  const chosen = new Set(servicesOf(definitions).map(({ Spec }) => Spec.Name));
  const volumes = (await unreachedVolumes(reached, cluster, signal)).filter(
    ({ services }) => only === undefined || services.some((name) => chosen.has(name)),
  );
  const nodes = only === undefined ? unreachedNodes(reached, cluster.nodes) : [];
  return [
    ...volumes.map(({ node, name, services }) => ({
      kind: 'volume',
      name,
      node,
      reason: 'notReached' as const,
      message: `No given engine reaches ${node}; ${services.join(', ')} may have it there.`,
    })),
    ...nodes.map((name) => ({
      kind: 'node',
      name,
      reason: 'notReached' as const,
      message: 'No given engine reaches it: volumes there that no service names are not known.',
    })),
    ...(only === undefined && cluster.nodes.size === 0
      ? reached.unreached.map(({ where, node, reason }) => ({
          kind: 'node',
          name: node ?? where,
          reason: 'notReached' as const,
          message: `Its engine did not answer: ${reason}`,
        }))
      : []),
  ];
}

/** Volumes that a chosen service mounts and nobody has made yet. */
export function missingVolumes(
  { definitions }: Chosen,
  services: readonly SwarmService[],
  left: SwarmManifest['left'],
): string[] {
  const chosen = new Set(servicesOf(definitions).map(({ ID }) => ID));
  const volumes = definitions.filter(({ kind }) => kind === 'volume').map(({ name }) => name);
  const known = [...volumes, ...left.map(({ name }) => name)];
  return services
    .filter(({ ID }) => chosen.has(ID))
    .flatMap((service) =>
      mountedVolumes(service)
        .filter((source) => !known.some((name) => name === source || namesVolume(source, name)))
        .map(
          (source) =>
            `Volume ${source} of service ${service.Spec.Name} is on no engine that was reached.`,
        ),
    );
}

/** A remark when there are secrets among the definitions. */
export function payloadNote(definitions: readonly Definition[]): string[] {
  const count = definitions.filter(({ kind }) => kind === 'secret').length;
  if (count === 0) return [];
  const what =
    count === 1 ? 'The payload of its one secret is' : `The payloads of its ${count} secrets are`;
  return [`${what} not in here: no engine gives them. A restore asks for them.`];
}
