import { readFile } from 'node:fs/promises';
import { parse } from 'jsonc-parser';
import { systemById } from '../../adapters/registry';
import type { SystemDefinition } from '../../core/ports';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { nameProblem } from './askCluster';
import { writeEntry } from './writeEntry';

/** What of a cluster its own backup leaves to another system of ours. */
export interface Companion {
  definition: SystemDefinition;
  /** "Back Up the Swarm Too". */
  title: string;
  fields: Record<string, unknown>;
}

export function companionOf({ definition, config }: ClusterEntry): Companion | undefined {
  const found = definition.companion?.(config.connection);
  const system = found === undefined ? undefined : systemById(found.system);
  return found && system && { definition: system, title: found.title, fields: found.fields };
}

/**
 * The configured cluster that a companion is: of that system, at the same address. Where there is none, its entry is
 * written with a name that is asked for, beside the entry it goes with.
 *
 * @returns undefined when the person gives up
 */
export async function companionEntry(
  services: Services,
  entry: ClusterEntry,
  companion: Companion,
): Promise<ClusterEntry | undefined> {
  const { store, ui } = services;
  const known = findCompanion(store.entries, entry, companion);
  if (known !== undefined) return known;
  const { file, name: of } = entry.config;
  const taken = store.entries.map(({ config }) => config.name);
  const name = await ui.input({
    title: companion.title,
    prompt: `No configured cluster is the ${companion.definition.title} of ${of} yet. An entry is written to ${file}: its name?`,
    value: `${of}-${companion.definition.id}`,
    validateInput: (value) => nameProblem(value, taken),
  });
  if (name === undefined) return undefined;
  await writeEntry({ file, name, entry: await entryText(file, of, companion) });
  await store.reload();
  return store.entries.find(({ config }) => config.file === file && config.name === name);
}

/** One of the same file is preferred: two files may name the same engine. */
export function findCompanion(
  entries: readonly ClusterEntry[],
  { config: { file } }: Pick<ClusterEntry, 'config'>,
  { definition, fields }: Companion,
): ClusterEntry | undefined {
  const address = definition.secretBinding(definition.schema.parse(fields));
  const found = entries.filter(
    ({ config }) =>
      config.system === definition.id && definition.secretBinding(config.connection) === address,
  );
  return found.find(({ config }) => config.file === file) ?? found[0];
}

/** As the person wrote it for the cluster it goes with: relative paths stay relative, secrets references. */
async function entryText(
  file: string,
  of: string,
  { definition, fields }: Companion,
): Promise<Record<string, unknown>> {
  const whole = parse(await readFile(file, 'utf8')) as {
    clusters?: Record<string, Record<string, unknown>>;
  };
  const beside = whole.clusters?.[of] ?? {};
  const kept = (field: string, value: unknown): [string, unknown] => [
    field,
    beside[field] ?? value,
  ];
  const common = ['vault', 'encryption'].filter((field) => field in beside);
  return {
    system: definition.id,
    ...Object.fromEntries(Object.entries(fields).map(([field, value]) => kept(field, value))),
    ...Object.fromEntries(common.map((field) => kept(field, undefined))),
  };
}
