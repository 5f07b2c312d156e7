import type { ContentsGroup, ContentsItem } from '../../core/model';
import type { RunContext } from '../../core/ports';
import { MARATHON_KINDS } from '../../snapshots/marathon/layout';
import type { MarathonKind, MarathonObject, MarathonTree } from '../../snapshots/marathon/layout';
import type { DcosConnections } from './connections';
import { readGroupsWithCounts } from './marathon';

/** Marathon's groups for the tree, the root with all below it. @throws `dcos.*`, `http.*` */
export async function readContents(
  dcos: DcosConnections,
  context: RunContext,
): Promise<ContentsGroup[]> {
  const root = await readGroupsWithCounts(await dcos.api(), context);
  return [{ id: 'marathon', title: 'Marathon', items: [groupItem(root)] }];
}

function groupItem(group: MarathonTree): ContentsItem {
  const { groups = [], apps = [], pods = [] } = group;
  const sorted = <T extends MarathonObject>(objects: readonly T[]) =>
    [...objects].sort((a, b) => (a.id < b.id ? -1 : 1));
  const children = [
    ...sorted(groups).map(groupItem),
    ...sorted(apps).map(appItem),
    ...sorted(pods).map(podItem),
  ];
  const counted = [
    countText(groups.length, 'group'),
    countText(apps.length, 'app'),
    countText(pods.length, 'pod'),
  ].filter((text) => text !== undefined);
  return {
    ...itemOf(MARATHON_KINDS.group, group),
    description: counted.length === 0 ? 'empty' : counted.join(', '),
    state: children.some(({ state }) => state === 'warning') ? 'warning' : 'good',
    children,
  };
}

function appItem(app: MarathonObject): ContentsItem {
  const [wanted, running, unhealthy] = ['instances', 'tasksRunning', 'tasksUnhealthy'].map(
    (name) => (typeof app[name] === 'number' ? app[name] : undefined),
  );
  const known = wanted !== undefined && running !== undefined;
  const sick = unhealthy === undefined || unhealthy === 0 ? '' : `, ${unhealthy} unhealthy`;
  const image = imageOf(app);
  return {
    ...itemOf(MARATHON_KINDS.app, app),
    ...(known ? { description: `${running} of ${wanted} running${sick}` } : {}),
    state: !known ? 'unknown' : running < wanted || sick !== '' ? 'warning' : 'good',
    facts: [['Id', app.id], ...(image === undefined ? [] : [['Image', image] as [string, string]])],
  };
}

function podItem(pod: MarathonObject): ContentsItem {
  const containers = Array.isArray(pod['containers']) ? pod['containers'].length : 0;
  const counted = countText(containers, 'container');
  return {
    ...itemOf(MARATHON_KINDS.pod, pod),
    description: counted === undefined ? 'pod' : `pod, ${counted}`,
  };
}

/** How it is, is not known. */
function itemOf(kind: MarathonKind, { id }: MarathonObject): ContentsItem {
  const name = id === '/' ? '/' : (id.split('/').at(-1) ?? id);
  return { id: `${kind}/${id}`, kind, name, state: 'unknown', facts: [['Id', id]] };
}

function imageOf({ container }: MarathonObject): string | undefined {
  const { docker } = (container ?? {}) as { docker?: { image?: unknown } | null };
  return typeof docker?.image === 'string' ? docker.image : undefined;
}

function countText(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count} ${what}${count === 1 ? '' : 's'}`;
}
