import type { ContentsGroup, ContentsItem } from '../../core/model';
import type { RunContext } from '../../core/ports';
import type { UcpConnections } from './connections';
import { candidates, hindrance, readManagers } from './managers';
import type { UcpManager } from './managers';

/** The managers, for the tree: each can be asked to take the backup. */
export async function readContents(
  connections: UcpConnections,
  context: RunContext,
): Promise<ContentsGroup[]> {
  const found = await readManagers(connections, context);
  const picked = candidates(found)[0]?.name;
  const { main, manager, unreached } = found.reached;
  const lost = unreached.map(({ node, where }) => node ?? where);
  const warning =
    manager === undefined
      ? `The engine on ${main.node} is no manager of a swarm: others are not known.`
      : lost.length > 0
        ? `Not reached: ${lost.join(', ')}.`
        : undefined;
  return [
    {
      id: 'managers',
      title: 'Managers',
      items: found.managers.map((one) => managerItem(one, one.name === picked)),
      ...(warning === undefined ? {} : { warning }),
    },
  ];
}

function managerItem(manager: UcpManager, isPicked: boolean): ContentsItem {
  const { name, node, leader, engine, controller } = manager;
  const why = hindrance(manager);
  const words = [
    controller === undefined
      ? engine === undefined
        ? 'not asked'
        : 'without UCP'
      : (controller.version ?? 'unknown version'),
    ...(leader ? ['leader'] : []),
    ...(isPicked ? ['takes the backup'] : []),
  ];
  const facts: [string, string | undefined][] = [
    ['Version', controller?.version],
    ['Controller', controller?.status],
    ['Role', node === undefined ? undefined : leader ? 'leader' : 'manager'],
    ['Reachability', node?.ManagerStatus?.Reachability],
    ['Address', node?.ManagerStatus?.Addr ?? engine?.info.Swarm?.NodeAddr],
    ['Engine', engine?.info.ServerVersion ?? node?.Description?.Engine?.EngineVersion],
    ['Reached at', engine?.engine.where],
    ['Why not', why],
  ];
  return {
    id: `manager/${name}`,
    kind: 'manager',
    name,
    description: words.join(', '),
    state:
      why === undefined
        ? 'good'
        : engine === undefined
          ? 'unknown'
          : controller?.running === true
            ? 'warning'
            : 'bad',
    ...(engine === undefined ? { outOfReach: true } : {}),
    facts: facts.filter((fact): fact is [string, string] => !!fact[1]),
  };
}
