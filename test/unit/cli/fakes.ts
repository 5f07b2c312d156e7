import { PassThrough } from 'node:stream';
import { tmpdir } from 'node:os';
import type { UserFolders } from '../../../src/compose/userFolders';
import type { Operations } from '../../../src/compose/operations';
import type { ClusterConfig, ParsedConfig } from '../../../src/core/config/parse';
import type { Backup, Manifest } from '../../../src/core/model';
import type { Activity } from '../../../src/core/operations/activity';
import type { SnapshotReport, SystemDefinition, Vault } from '../../../src/core/ports';
import type { RestorePlan } from '../../../src/core/plan';
import { runCli } from '../../../src/cli/run';
import type { EncryptionKind, Services } from '../../../src/cli/services';
import type { Terminal } from '../../../src/cli/terminal';
import { z } from 'zod';

export const NOW = new Date('2026-11-21T12:00:00Z');
export const ID = '01M7ZEBK3TDFBQDZW6BKEAYA38';
export const OTHER_ID = '01M7ZEBK9SYYYYYYYYYYYYYYYY';

export function manifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    id: ID,
    cluster: 'prod',
    system: { kind: 'consul', version: '1.20.1' },
    format: 'consul',
    file: 'prod-20261120T120000Z-eaya38.snap',
    mode: 'consistent',
    origin: { kind: 'manual' },
    created: '2026-11-20T12:00:00.000Z',
    finished: '2026-11-20T12:00:01.000Z',
    bytes: 36_434,
    sha256: { stored: 'a'.repeat(64), content: 'a'.repeat(64) },
    encryption: { kind: 'none' },
    snapshot: { id: '2-3272-1', index: 3272, term: 2, formatVersion: 1, size: 36_434 },
    counts: { KVS: 40 },
    verification: { at: '2026-11-20T12:00:01.000Z', by: '0.1.0', result: 'ok' },
    ...changes,
  };
}

export function backup(changes: Partial<Manifest> = {}): Backup {
  const m = manifest(changes);
  return { manifest: m, path: `/vault/${m.cluster}/${m.file}`, state: 'present' };
}

export function cluster(changes: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    name: 'prod',
    system: 'consul',
    file: '/home/me/cluster-backup.jsonc',
    vault: '/vault',
    encryption: 'none',
    connection: {},
    ...changes,
  };
}

export const report: SnapshotReport = {
  format: 'consul',
  identity: { id: '2-3272-1', index: 3272, term: 2, formatVersion: 1, size: 3786 },
  servers: [{ id: 'a', address: '10.0.0.1:8300', voter: true }],
  stats: [{ name: 'KVS', count: 40, sum: 3786 }],
  totalSize: 3786,
  counts: { KVS: 40 },
  facts: {},
  contentBytes: 2000,
};

export function plan(changes: Partial<RestorePlan> = {}): RestorePlan {
  return {
    cluster: 'prod',
    system: 'consul',
    backupId: ID,
    source: 'prod.snap',
    contentTime: '2026-11-20T12:00:00.000Z',
    age: 86_400,
    content: report,
    current: { index: 4000, counts: { KVS: 41 } },
    comparison: [{ name: 'KVS', now: 41, after: 40 }],
    items: [{ severity: 'info', code: 'consul.health', title: 'The cluster is stable' }],
    possible: true,
    safetyBackup: true,
    fingerprint: 'f',
    ...changes,
  };
}

const consul: SystemDefinition = {
  id: 'consul',
  title: 'HashiCorp Consul',
  schema: z.object({}),
  secretFields: ['token'],
  pathFields: [],
  capabilities: { storage: 'vault', modes: [], format: 'consul', fileEnding: '.snap' },
  secretBinding: (connection) => (connection as { address?: string }).address ?? '127.0.0.1:8500',
  warnings: () => [],
  load: () => Promise.reject(new Error('not in a unit test')),
};

/** A system that is backed up in parts and restored object by object. */
const parted: SystemDefinition = {
  ...consul,
  id: 'parted',
  title: 'A system in parts',
  capabilities: {
    ...consul.capabilities,
    parts: ['definitions', 'volumes', 'raft'].map((id) => ({
      id,
      title: id,
      description: id,
      byDefault: id !== 'raft',
    })),
    contents: { scopes: ['stack'], groups: [], compares: ['service'] },
    recovery: true,
  },
};

/** A system that keeps backups on its own side. */
const keeping: SystemDefinition = {
  ...consul,
  id: 'keeping',
  title: 'A system that keeps',
  secretFields: [],
  capabilities: {
    ...consul.capabilities,
    modes: [
      { id: 'stream', title: '', description: '' },
      { id: 'kept', title: '', description: '', hosted: true },
    ],
    hosted: { title: 'Over There', fetch: true },
    seals: true,
  },
};

/** A system that says what a backup does before it starts, and lets one choose who takes it. */
const announcing: SystemDefinition = {
  ...consul,
  id: 'announcing',
  title: 'A system that announces',
  capabilities: {
    ...consul.capabilities,
    announces: true,
    takenOn: { kind: 'manager', title: 'Manager' },
  },
};

/** A platform that keeps all its backups itself, a group for each of its environments. */
const platform: SystemDefinition = {
  ...consul,
  id: 'platform',
  title: 'A platform',
  secretFields: [],
  capabilities: {
    storage: 'hosted',
    retention: true,
    modes: ['consistent', 'live'].map((id) => ({
      id,
      title: id,
      description: id,
      hosted: true,
    })),
    hosted: {
      title: 'On the platform',
      fetch: false,
      restore: true,
      remove: true,
      group: 'Environment',
      covers: 'One environment.',
    },
    announces: true,
    takenOn: { kind: 'environment', title: 'Environment', modes: ['consistent', 'live'] },
  },
};

/** A platform that keeps its backups itself, beside which we keep exports. */
const exporting: SystemDefinition = {
  ...platform,
  id: 'exporting',
  title: 'An exporting platform',
  capabilities: {
    storage: 'hosted',
    modes: [
      { id: 'service', title: '', description: '', hosted: true },
      { id: 'export', title: '', description: '' },
    ],
    format: 'consul',
    fileEnding: '.snap',
    exports: { title: 'Export', plural: 'Exports' },
    hosted: { title: 'Over there', fetch: false },
    takenOn: { kind: 'place', title: 'Place', modes: ['service'] },
  },
};

export interface World {
  /** Undefined: the file is not there. */
  config?: Partial<ParsedConfig>;
  noConfig?: boolean;
  backups?: Backup[];
  operations?: Partial<Operations>;
  activities?: Activity[];
  encryption?: EncryptionKind;
  env?: Record<string, string>;
  cwd?: string;
  /** Whether somebody sits at a terminal, and what is typed. */
  typed?: string;
  stderrIsTerminal?: boolean;
  signal?: AbortSignal;
}

export interface Outcome {
  code: number;
  out: string;
  err: string;
  /** What was asked of the parts, e.g. `backup`, with its parameters. */
  calls: { name: string; p: unknown }[];
}

/** Runs the command line in a made-up world. */
export async function run(argv: string[], world: World = {}): Promise<Outcome> {
  const text = { out: '', err: '' };
  const collect = (key: 'out' | 'err') => {
    const stream = new PassThrough();
    stream.setEncoding('utf8').on('data', (chunk: string) => (text[key] += chunk));
    return stream;
  };
  const stdin = new PassThrough();
  const isTerminal = world.typed !== undefined;
  const stderr = collect('err');
  if (world.typed !== undefined) {
    // Answers come as they are asked for.
    const lines = world.typed.split('\n');
    stderr.on('data', (chunk: string) => {
      if (/: (\p{Cc}\[\d+G)?$/u.test(chunk) && lines.length > 0) {
        setImmediate(() => stdin.write(`${lines.shift() ?? ''}\r`));
      }
    });
  }
  const terminal: Terminal = {
    stdout: collect('out'),
    stderr,
    stdin: () => stdin,
    isTerminal: {
      stdin: isTerminal,
      stdout: isTerminal,
      stderr: isTerminal || (world.stderrIsTerminal ?? false),
    },
    columns: () => 80,
    env: world.env ?? {},
    cwd: world.cwd ?? tmpdir(),
  };
  const calls: Outcome['calls'] = [];
  const services = fakeServices(world, calls);
  const code = await runCli(argv, terminal, services, world.signal ?? new AbortController().signal);
  await new Promise((resolve) => setImmediate(resolve));
  return { code, calls, ...text };
}

function fakeServices(world: World, calls: Outcome['calls']): Services {
  const backups = world.backups ?? [];
  const folders: UserFolders = {
    configFile: '/home/me/cluster-backup.jsonc',
    vault: '/vault',
    activities: '/activities',
    state: '/state',
  };
  const operations = new Proxy({} as Operations, {
    get: (_, name: string) => {
      if (name === 'then') return undefined;
      return (p: unknown, c: unknown) => {
        calls.push({ name, p });
        const fake = world.operations?.[name as keyof Operations] as
          ((p: unknown, c: unknown) => unknown) | undefined;
        return fake === undefined ? Promise.reject(new Error(`No fake for ${name}`)) : fake(p, c);
      };
    },
  });
  const vault = {
    list: (name?: string) =>
      Promise.resolve(backups.filter((b) => name === undefined || b.manifest.cluster === name)),
    lock: () =>
      Promise.resolve({ signal: new AbortController().signal, release: () => Promise.resolve() }),
    remove: (id: string) => {
      calls.push({ name: 'remove', p: id });
      return Promise.resolve();
    },
    update: (id: string, change: (m: Manifest) => Manifest) => {
      const found = backups.find((b) => b.manifest.id === id) as Backup;
      const changed = change(found.manifest);
      calls.push({ name: 'update', p: changed });
      return Promise.resolve({ ...found, manifest: changed });
    },
  } as unknown as Vault;
  return {
    clock: { now: () => NOW },
    folders: () => Promise.resolve(folders),
    systems: () => Promise.resolve([consul, parted, keeping, announcing, platform, exporting]),
    readConfig: (file) => {
      calls.push({ name: 'readConfig', p: file });
      return Promise.resolve(
        world.noConfig ? undefined : { file, clusters: [cluster()], problems: [], ...world.config },
      );
    },
    operations: () => Promise.resolve(operations),
    openVault: () => Promise.resolve(vault),
    activities: () =>
      Promise.resolve({
        start: (activity) => {
          calls.push({ name: 'activity', p: activity });
          return Promise.resolve({
            id: 'x',
            log: () => undefined,
            progress: () => undefined,
            finish: () => Promise.resolve(),
          });
        },
        list: () => Promise.resolve(world.activities ?? []),
        log: () => Promise.resolve(''),
        watch: () => ({ dispose: () => undefined }),
      }),
    detectEncryption: () => Promise.resolve(world.encryption ?? 'none'),
    owner: () => Promise.resolve('here:1 (command line)'),
    onHangUp: () => () => undefined,
  };
}

/** What one function of the parts was asked. */
export function asked(outcome: Outcome, name: string): unknown {
  return outcome.calls.find((c) => c.name === name)?.p;
}
