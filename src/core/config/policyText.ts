import { findNodeAtLocation, getNodeValue, parseTree } from 'jsonc-parser';
import type { JSONPath } from 'jsonc-parser';
import { configErrors } from './configErrors';
import { editConfig } from './edit';
import { EDITED_FIELDS } from './editedFields';
import type { EditedField } from './editedFields';
import { policySchema } from './policy';
import type { PolicyConfig } from './policy';

/** What a cluster says of these itself; what is left out is the file's default. */
export type EditedPolicy = Pick<PolicyConfig, EditedField>;

/** Who says something of a cluster: its own entry, the file for all its clusters, or nobody. */
export type SaidBy = 'cluster' | 'file' | 'nobody';

/** A cluster's policy as the file has it. */
export interface WrittenPolicy {
  /** What its own entry says. */
  own?: PolicyConfig;
  /** What the file says for all its clusters. */
  inherited?: PolicyConfig;
  encryption: SaidBy;
  vault: SaidBy;
}

/**
 * Reads of a configuration's text what it says of a cluster's policy, and where.
 *
 * @throws `config.invalid` where the cluster is not there or its policy can't be read
 */
export function readPolicy(text: string, cluster: string): WrittenPolicy {
  const own = valueAt(text, ['clusters', cluster, 'policy']);
  const inherited = valueAt(text, ['policy']);
  if (valueAt(text, ['clusters', cluster]) === undefined) {
    throw configErrors.invalid({ message: `The file has no cluster "${cluster}" any more.` });
  }
  const saidBy = (field: string): SaidBy => {
    if (valueAt(text, ['clusters', cluster, field]) !== undefined) return 'cluster';
    return valueAt(text, [field]) === undefined ? 'nobody' : 'file';
  };
  return {
    ...(own === undefined ? {} : { own: parsed(own, `The policy of "${cluster}"`) }),
    ...(inherited === undefined
      ? {}
      : { inherited: parsed(inherited, 'The policy of the whole file') }),
    encryption: saidBy('encryption'),
    vault: saidBy('vault'),
  };
}

/**
 * A configuration's text with another policy of a cluster. Only what differs is touched; comments and layout of the
 * rest stay.
 *
 * @param edited all that the cluster says itself of these fields; what is left out is taken out
 */
export function editPolicy(text: string, cluster: string, edited: EditedPolicy): string {
  const path = ['clusters', cluster, 'policy'];
  const before = valueAt(text, path) as PolicyConfig | undefined;
  const wanted = Object.fromEntries(
    EDITED_FIELDS.flatMap((field) =>
      edited[field] === undefined ? [] : [[field, edited[field]] as const],
    ),
  );
  if (before === undefined) {
    return Object.keys(wanted).length === 0 ? text : editConfig(text, path, wanted);
  }
  const result = EDITED_FIELDS.reduce((so, field) => {
    if (isSame(before[field], edited[field])) return so;
    const place = [...path, field];
    if (field === 'schedules' && before.schedules !== undefined && edited.schedules !== undefined) {
      return editSchedules(so, place, before.schedules, edited.schedules);
    }
    if (field === 'verify' && before.verify !== undefined && edited.verify !== undefined) {
      return editFields(so, place, before.verify, edited.verify);
    }
    return editConfig(so, place, edited[field]);
  }, text);
  const isEmpty = Object.keys((valueAt(result, path) as object | undefined) ?? {}).length === 0;
  return isEmpty ? editConfig(text, path, undefined) : result;
}

type Schedules = NonNullable<PolicyConfig['schedules']>;

/** Rows that stay are left as they are, with what is written beside them. */
function editSchedules(text: string, path: JSONPath, before: Schedules, after: Schedules): string {
  let result = text;
  const rows = [...before];
  while (rows.length > after.length) {
    const gone = rows.findIndex(({ interval }) => !after.some((row) => row.interval === interval));
    const index = gone < 0 ? rows.length - 1 : gone;
    rows.splice(index, 1);
    result = editConfig(result, [...path, index], undefined);
  }
  after.forEach((row, index) => {
    const now = rows[index];
    const place = [...path, index];
    result =
      now === undefined ? editConfig(result, place, row) : editFields(result, place, now, row);
  });
  return result;
}

function editFields(text: string, path: JSONPath, before: object, after: object): string {
  const values = (of: object) => new Map(Object.entries(of) as [string, unknown][]);
  const [was, is] = [values(before), values(after)];
  return [...new Set([...was.keys(), ...is.keys()])].reduce(
    (so, name) =>
      isSame(was.get(name), is.get(name)) ? so : editConfig(so, [...path, name], is.get(name)),
    text,
  );
}

/** Where in the text a policy, or what stands beside it, begins; the cluster's entry where it says nothing of it. */
export function offsetOf(text: string, cluster: string, field: string, saidBy: SaidBy): number {
  const tree = parseTree(text);
  const paths = {
    cluster: [['clusters', cluster, ...field.split('.')]],
    file: [field.split('.')],
    nobody: [],
  }[saidBy];
  for (const path of [...paths, ['clusters', cluster]]) {
    const node = tree && findNodeAtLocation(tree, path);
    if (node !== undefined) return node.parent?.offset ?? node.offset;
  }
  return 0;
}

function parsed(value: unknown, whose: string): PolicyConfig {
  const result = policySchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw configErrors.invalid({
    message: `${whose} can't be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
  });
}

function valueAt(text: string, path: JSONPath): unknown {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const node = tree && findNodeAtLocation(tree, path);
  return node === undefined ? undefined : (getNodeValue(node) as unknown);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
