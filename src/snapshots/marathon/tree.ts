import { createHash } from 'node:crypto';
import { MARATHON_FORMAT, MARATHON_KINDS, MARATHON_VERSION } from './layout';
import type { MarathonExport, MarathonKind, MarathonObject, MarathonTree } from './layout';

/** No group lies so deep, and no field of an app. */
export const MAX_DEPTH = 100;

/** A group, an app or a pod of a tree. */
export interface Listed {
  kind: MarathonKind;
  /** `marathonApp//shop/web` */
  id: string;
  object: MarathonObject;
}

/** All there is, the root first, each group before what is in it. */
export function* listed(tree: MarathonTree): Generator<Listed> {
  const one = (kind: MarathonKind, object: MarathonObject) => ({
    kind,
    id: `${kind}/${object.id}`,
    object,
  });
  yield one(MARATHON_KINDS.group, tree);
  for (const app of tree.apps ?? []) yield one(MARATHON_KINDS.app, app);
  for (const pod of tree.pods ?? []) yield one(MARATHON_KINDS.pod, pod);
  for (const group of tree.groups ?? []) yield* listed(group);
}

/** The text of one object, a group with all that is in it; undefined where there is none of that id. */
export function objectText(tree: MarathonTree, id: string): string | undefined {
  for (const one of listed(tree)) if (one.id === id) return treeText(one.object);
  return undefined;
}

/** JSON that is the same for the same things: names of fields sorted, groups, apps and pods by their ids. */
export function treeText(tree: MarathonObject): string {
  return toJson(sorted(tree));
}

/** The text of an export, and so the file's bytes. */
export function exportText(
  groups: MarathonTree,
  about: Pick<MarathonExport, 'takenAt' | 'address' | 'dcosVersion' | 'marathonVersion'>,
): string {
  const { takenAt, address, dcosVersion, marathonVersion } = about;
  return toJson({
    format: MARATHON_FORMAT,
    version: MARATHON_VERSION,
    takenAt,
    ...(address === undefined ? {} : { address }),
    ...(dcosVersion === undefined ? {} : { dcosVersion }),
    ...(marathonVersion === undefined ? {} : { marathonVersion }),
    sha256: sumOf(groups),
    groups: sorted(groups),
  });
}

/** SHA-256, hex, of the groups' own text. */
export function sumOf(groups: MarathonTree): string {
  return createHash('sha256').update(treeText(groups)).digest('hex');
}

/** Whether something is nested deeper than `MAX_DEPTH`; asks without going down itself. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    );
  }
  return false;
}

const BY_ID = ['apps', 'groups', 'pods'];

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function sorted(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map((one) => sorted(one));
    // Marathon gives them in no order; other lists mean theirs.
    return BY_ID.includes(field) && items.every(hasId) ? items.sort(byId) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Not by assignment: a field may be called `__proto__`.
  return Object.fromEntries(fields.map(([name, of]) => [name, sorted(of, name)]));
}

function hasId(value: unknown): value is { id: string } {
  return (
    typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
  );
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
