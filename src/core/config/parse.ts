import { getNodeValue, parseTree, findNodeAtLocation, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type * as z from 'zod';
import { CLUSTER_NAME_PATTERN } from '../model';
import type { SystemDefinition } from '../ports';
import type { PolicyConfig } from './policy';
import { policyFaults } from './policyFaults';
import { clusterSchema, configFileSchema } from './schema';
import type { EncryptionConfig } from './schema';

/** A place in a configuration file that can't be used, and why. */
export interface ConfigProblem {
  /** Cluster the problem belongs to; absent when it is about the file. */
  cluster?: string;
  message: string;
  /** Zero-based. */
  offset: number;
  /** One-based, for people. */
  line: number;
}

/** One cluster as the file has it: parsed, paths resolved, secrets still references. */
export interface ClusterConfig {
  name: string;
  system: string;
  /** The file it stands in. */
  file: string;
  /** Absolute folder of its vault. */
  vault: string;
  encryption: EncryptionConfig;
  /** The file's with the cluster's own fields over it; undefined: nothing happens by itself. */
  policy?: PolicyConfig;
  /** The system's own fields. */
  connection: Record<string, unknown>;
}

export interface ParsedConfig {
  file: string;
  clusters: ClusterConfig[];
  problems: ConfigProblem[];
}

export interface ParseOptions {
  systems: readonly SystemDefinition[];
  /** Absolute; used where the file names no vault. */
  defaultVault: string;
  /** What `~` means; the user's home folder when left out. */
  home?: string | undefined;
}

/** A path of the configuration file, absolute: `~` is the home folder, the rest is relative to the file. */
export function resolveConfigPath(file: string, path: string, home = homedir()): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}

/**
 * Reads the text of a `cluster-backup.jsonc`. One wrong cluster never hides the others: each problem is
 * returned with its place, and what is right is usable.
 */
export function parseConfig(text: string, file: string, options: ParseOptions): ParsedConfig {
  const problems: ConfigProblem[] = [];
  const absolute = (path: string) => resolveConfigPath(file, path, options.home);
  const report = (offset: number, message: string, cluster?: string) => {
    const line = text.slice(0, offset).split('\n').length;
    problems.push({ message, offset, line, ...(cluster === undefined ? {} : { cluster }) });
  };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  for (const e of errors)
    report(e.offset, `The text is not valid JSON: ${printParseErrorCode(e.error)}.`);
  const clusters: ClusterConfig[] = [];
  if (tree === undefined) return { file, clusters, problems };
  if (tree.type !== 'object') {
    report(tree.offset, 'The file must hold an object.');
    return { file, clusters, problems };
  }
  const value = getNodeValue(tree) as Record<string, unknown>;
  const { clusters: entries, ...head } = value;
  const headResult = configFileSchema(options.systems).omit({ clusters: true }).safeParse(head);
  if (!headResult.success) {
    reportIssues(headResult.error, tree, [], report);
    // A default that can't be read is never replaced by a weaker one: no encryption, another vault.
    return { file, clusters, problems };
  }
  const defaults = headResult.data;

  if (
    entries !== undefined &&
    (typeof entries !== 'object' || entries === null || Array.isArray(entries))
  ) {
    report(
      findNodeAtLocation(tree, ['clusters'])?.offset ?? 0,
      '"clusters" must be an object of clusters by name.',
    );
    return { file, clusters, problems };
  }
  for (const [name, entry] of Object.entries((entries ?? {}) as Record<string, unknown>)) {
    const at = findNodeAtLocation(tree, ['clusters', name])?.offset ?? 0;
    if (!CLUSTER_NAME_PATTERN.test(name)) {
      report(
        at,
        `"${name}" can't be a cluster's name: use letters, digits, "_" and "-", 63 at most.`,
        name,
      );
      continue;
    }
    const kind = (entry as { system?: unknown } | null)?.system;
    const system = options.systems.find((s) => s.id === kind);
    if (system === undefined) {
      const known = options.systems.map((s) => `"${s.id}"`).join(', ');
      report(at, `Cluster "${name}" needs a "system" that is known here: ${known}.`, name);
      continue;
    }
    const parsed = clusterSchema(system).safeParse(entry);
    if (!parsed.success) {
      reportIssues(parsed.error, tree, ['clusters', name], (offset, message) =>
        report(offset, `Cluster "${name}": ${message}`, name),
      );
      continue;
    }
    const {
      system: _system,
      vault,
      encryption,
      policy,
      ...connection
    } = parsed.data as Record<string, unknown> & {
      system: string;
      vault?: string;
      encryption?: EncryptionConfig;
      policy?: PolicyConfig;
    };
    const folder = vault ?? defaults.vault;
    const wanted =
      policy === undefined && defaults.policy === undefined
        ? undefined
        : { ...defaults.policy, ...policy };
    const faults = wanted === undefined ? [] : policyFaults(wanted, system);
    for (const { path, message } of faults) {
      const node =
        findNodeAtLocation(tree, ['clusters', name, 'policy', ...path]) ??
        findNodeAtLocation(tree, ['policy', ...path]);
      report(node?.offset ?? at, `Cluster "${name}": "policy.${path.join('.')}": ${message}`, name);
    }
    clusters.push({
      name,
      system: system.id,
      file,
      vault: folder === undefined ? options.defaultVault : absolute(folder),
      encryption: resolveKeyPaths(absolute, encryption ?? defaults.encryption ?? 'none'),
      // By a policy that can't be meant nothing is done, and nothing deleted; the cluster itself is usable.
      ...(wanted === undefined || faults.length > 0 ? {} : { policy: wanted }),
      connection: resolvePaths(absolute, connection, system.pathFields),
    });
  }
  return { file, clusters, problems };
}

type Absolute = (path: string) => string;

function resolveKeyPaths(absolute: Absolute, encryption: EncryptionConfig): EncryptionConfig {
  if (typeof encryption === 'string' || !('publicKeys' in encryption)) return encryption;
  return {
    ...encryption,
    publicKeys: encryption.publicKeys.map((path) => absolute(path)),
    ...(encryption.privateKeyFile === undefined
      ? {}
      : { privateKeyFile: absolute(encryption.privateKeyFile) }),
  };
}

/** Fields are named `caFile`, or `engines[].caFile` for one of each object in a list. */
function resolvePaths(
  absolute: Absolute,
  connection: Record<string, unknown>,
  fields: readonly string[],
): Record<string, unknown> {
  const resolved = { ...connection };
  for (const field of fields) {
    const [list = '', inner] = field.split('[].');
    const value = resolved[list];
    if (inner === undefined) {
      if (typeof value === 'string') resolved[list] = absolute(value);
    } else if (Array.isArray(value)) {
      resolved[list] = value.map((entry: unknown) =>
        typeof entry === 'object' && entry !== null
          ? resolvePaths(absolute, entry as Record<string, unknown>, [inner])
          : entry,
      );
    }
  }
  return resolved;
}

function reportIssues(
  error: z.ZodError,
  tree: Node,
  base: string[],
  report: (offset: number, message: string) => void,
): void {
  for (const issue of error.issues) {
    const path = [
      ...base,
      ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
    ];
    const node = findNodeAtLocation(tree, path) ?? findNodeAtLocation(tree, base) ?? tree;
    const field = issue.path.join('.');
    report(node.offset, field === '' ? `${issue.message}.` : `"${field}": ${issue.message}.`);
  }
}
