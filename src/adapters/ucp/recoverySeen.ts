import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import { nodeSchema } from '../swarm/wire';
import type { UcpConnections } from './connections';
import { controllerPort, managersHealth } from './healthyManagers';
import type { ManagersHealth } from './healthyManagers';
import { joinInstalled, lookInstalled } from './installed';
import type { Installed } from './installed';
import { productImages, repositoryFor } from './productImages';
import type { ProductImage } from './productImages';
import { reachManagers } from './reachManagers';
import type { ReachedManagers } from './reachManagers';
import { authorities } from './trust';

/** What is seen of the product once the swarm has a quorum; the steps are worked out from it alone. */
export interface ProductSeen {
  /** The manager that steps are taken on. */
  node: string;
  /** Id of the instance: the swarm's. */
  instance: string;
  installed: Installed;
  /** Oldest first. */
  images: readonly ProductImage[];
  health: ManagersHealth;
  /** Nodes of the swarm: host name, role, state. */
  nodes: readonly { name: string; role: string; state: string }[];
}

/** Looks at the product on every engine that answers. Changes nothing. */
export async function seeProduct(
  ucp: UcpConnections,
  context: RunContext,
): Promise<ReachedManagers & { seen: ProductSeen }> {
  const { image, apiCaFile, apiAddress } = ucp.connection;
  context.progress({ phase: 'Looking at the product' });
  const managers = await reachManagers(ucp, context);
  const { target, members } = managers;
  const { engine } = target;
  const ca = await authorities({ apiCaFile, members }, context);
  const images = await productImages(engine, (version) => repositoryFor(version, image), context);
  // What lies on a machine that is out of the swarm is no matter of an uninstallation.
  const installed = await Promise.all(members.map((one) => lookInstalled(one.engine, context)));
  const port = controllerPort(apiAddress);
  const health = await managersHealth({ target, members, port }, ca, context);
  const nodes = await engine.json(
    '/nodes',
    { purpose: 'list its nodes', signal: context.signal, timeout: 25 },
    z.array(nodeSchema),
  );
  const seen = {
    node: target.node,
    instance: target.clusterId ?? '',
    installed: joinInstalled(installed),
    images,
    health,
    nodes: nodes.map((node) => ({
      name: node.Description?.Hostname ?? node.ID,
      role: node.Spec.Role ?? 'node',
      state: node.Status?.State ?? 'unknown',
    })),
  };
  return { ...managers, seen };
}
