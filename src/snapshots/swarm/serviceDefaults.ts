import { drop, isObject, listAt, objectAt, sortedBy, textAt } from './jsonValues';
import type { Json, JsonObject } from './jsonValues';

const SECOND = 1_000_000_000;
/** What the engine does when nothing is said: swarmkit `api/defaults/service.go`. */
const UPDATE: JsonObject = {
  Parallelism: 1,
  Delay: 0,
  FailureAction: 'pause',
  Monitor: 5 * SECOND,
  MaxFailureRatio: 0,
  Order: 'stop-first',
};
const UNSAID_UPDATE: JsonObject = { ...UPDATE, Parallelism: 0 };
const RESTART: JsonObject = { Condition: 'any', Delay: 5 * SECOND, MaxAttempts: 0, Window: 0 };
const STOP_GRACE = 10 * SECOND;

const same = (a: JsonObject, b: JsonObject): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.keys(a).every((key) => a[key] === b[key]);

const said = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null && item !== ''));

/** Fills what was left out; goes away when nothing but the engine's own choice is left. */
function fill(parent: JsonObject, key: string, unsaid: JsonObject, whole: JsonObject): void {
  const value = parent[key];
  if (!isObject(value)) {
    drop(parent, key);
    return;
  }
  const filled = { ...unsaid, ...said(value) };
  if (same(filled, whole)) drop(parent, key);
  else parent[key] = filled;
}

function dropWhere(parent: JsonObject, key: string, ...values: Json[]): void {
  if (values.includes(parent[key] ?? null)) drop(parent, key);
}

const setOf = (parent: JsonObject, key: string, by: (item: Json) => string): void => {
  const list = parent[key];
  if (Array.isArray(list)) parent[key] = sortedBy(list, by);
};
const itself = (item: Json): string => (typeof item === 'string' ? item : JSON.stringify(item));

/** A constraint in one spelling: `node.role==manager`. */
function constraint(item: Json): Json {
  if (typeof item !== 'string') return item;
  const [, key, operator, value] = /^\s*([^=!\s]+)\s*(==|!=)\s*(.*?)\s*$/s.exec(item) ?? [];
  return key === undefined ? item : `${key}${operator ?? ''}${value ?? ''}`;
}

function mount(item: Json): void {
  if (!isObject(item)) return;
  dropWhere(item, 'Consistency', 'default');
  dropWhere(objectAt(item, 'BindOptions'), 'Propagation', 'rprivate');
}

function container(spec: JsonObject): void {
  dropWhere(spec, 'StopGracePeriod', STOP_GRACE);
  dropWhere(spec, 'Isolation', 'default');
  listAt(spec, 'Mounts').forEach(mount);
  setOf(spec, 'Env', (item) => itself(item).split('=', 1)[0] ?? '');
  setOf(spec, 'CapabilityAdd', itself);
  setOf(spec, 'CapabilityDrop', itself);
  setOf(spec, 'Ulimits', (item) => textAt(item, 'Name') ?? '');
  const file = (item: Json): string => textAt(objectAt(item, 'File'), 'Name') ?? '';
  setOf(spec, 'Secrets', (item) => `${textAt(item, 'SecretName') ?? ''}\0${file(item)}`);
  setOf(spec, 'Configs', (item) => `${textAt(item, 'ConfigName') ?? ''}\0${file(item)}`);
}

const port = (item: Json): string =>
  ['Protocol', 'TargetPort', 'PublishedPort', 'PublishMode']
    .map((key) => JSON.stringify(isObject(item) ? (item[key] ?? 0) : 0).padStart(8, '0'))
    .join();

/**
 * Takes out of a service's spec, in place, what the engine would do anyway, and orders what is a set, so that equal
 * services look equal whichever tool wrote them.
 */
export function withoutDefaults(spec: JsonObject): void {
  const task = objectAt(spec, 'TaskTemplate');
  delete task.ForceUpdate;
  dropWhere(task, 'Runtime', 'container');
  fill(task, 'RestartPolicy', RESTART, RESTART);
  fill(spec, 'UpdateConfig', UNSAID_UPDATE, UPDATE);
  fill(spec, 'RollbackConfig', UNSAID_UPDATE, UPDATE);
  container(objectAt(task, 'ContainerSpec'));
  const placement = objectAt(task, 'Placement');
  if (Array.isArray(placement.Constraints)) {
    placement.Constraints = placement.Constraints.map(constraint);
    setOf(placement, 'Constraints', itself);
  }
  for (const network of listAt(task, 'Networks')) {
    if (isObject(network)) setOf(network, 'Aliases', itself);
  }
  setOf(task, 'Networks', (item) => textAt(item, 'Target') ?? '');
  const endpoint = objectAt(spec, 'EndpointSpec');
  dropWhere(endpoint, 'Mode', 'vip');
  for (const item of listAt(endpoint, 'Ports')) {
    if (!isObject(item)) continue;
    item.Protocol = textAt(item, 'Protocol') ?? 'tcp';
    item.PublishMode = textAt(item, 'PublishMode') ?? 'ingress';
  }
  setOf(endpoint, 'Ports', port);
}
