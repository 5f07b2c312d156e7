import type { SwarmNode } from './wire';
import { listText } from './words';

/**
 * A name for each node, by id: its host name. Nodes may share one, e.g. a machine that left and joined again; the one
 * that is ready keeps the name, and the others are told apart by their id.
 */
export function nodeNames(nodes: readonly SwarmNode[]): Map<string, string> {
  const ready = (node: SwarmNode) => (node.Status?.State === 'ready' ? 0 : 1);
  const inOrder = [...nodes].sort((a, b) => ready(a) - ready(b) || (a.ID < b.ID ? -1 : 1));
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const node of inOrder) {
    const hostname = node.Description?.Hostname || node.ID;
    const name = taken.has(hostname) ? `${hostname}.${node.ID}` : hostname;
    taken.add(name);
    names.set(node.ID, name);
  }
  return names;
}

/** A remark for each host name that several nodes share: their volumes are told apart by the names given here. */
export function sharedHostNames(nodes: readonly SwarmNode[]): string[] {
  const names = nodeNames(nodes);
  const byHostName = new Map<string, string[]>();
  for (const { ID, Description } of nodes) {
    const hostname = Description?.Hostname || ID;
    byHostName.set(hostname, [...(byHostName.get(hostname) ?? []), names.get(ID) ?? ID]);
  }
  return [...byHostName].flatMap(([hostname, sharing]) =>
    sharing.length < 2
      ? []
      : `${sharing.length} nodes have the host name ${hostname}; here they are called ${listText(sharing.sort())}.`,
  );
}
