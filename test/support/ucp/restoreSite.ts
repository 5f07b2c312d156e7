import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemById, systems } from '../../../src/adapters/registry';
import { resolveCluster } from '../../../src/compose/resolvedCluster';
import type { SourceRef } from '../../../src/compose/parts';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { parseConfig } from '../../../src/core/config/parse';
import type { RestoreChoices } from '../../../src/core/model';
import type { RestoreResult } from '../../../src/core/operations/restore';
import type { PlanLine, RestorePlan } from '../../../src/core/plan';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { UCP_VOLUMES } from '../../../src/snapshots/ucp/layout';
import type { Place } from '../../integration/operations/support';
import { Lab } from './lab';
import type { Told } from './lab';

export const PASSPHRASE = 'correct horse battery';

/** A backup of the vault, and its file. */
export type StoredBackup = SourceRef & { kind: 'backup'; path: string };

export interface Wish {
  choices?: RestoreChoices;
  payloads?: Record<string, string>;
  safetyBackup?: boolean;
  fields?: Record<string, unknown>;
  signal?: AbortSignal;
  told?: Told;
}

/** Engines, a vault, and operations that run in the engines' network. */
export class RestoreSite {
  readonly lab: Lab;

  constructor(
    readonly place: Place,
    readonly engines: readonly RunningEngine[],
  ) {
    const [first] = engines;
    assert.ok(first);
    this.lab = Lab.start(first, {
      activities: place.activities,
      state: join(place.folder, 'state'),
      by: 'test',
      env: {},
    });
  }

  /** The entry, as a configuration file would have it; `fields` come before the usual ones. */
  async cluster(
    fields: Record<string, unknown> = {},
    [main, ...others]: readonly RunningEngine[] = this.engines,
  ): Promise<ResolvedCluster> {
    const system = systemById('ucp');
    const entry = {
      system: 'ucp',
      host: main?.host,
      engines: others.map((e) => ({ node: e.hostname, host: e.host })),
      vault: this.place.vault,
      encryption: 'none',
      timeouts: { silence: 120, uninstall: 120, healthy: 120 },
      ...fields,
    };
    const text = JSON.stringify({ clusters: { prod: entry } });
    const file = join(this.place.folder, 'cluster-backup.jsonc');
    const parsed = parseConfig(text, file, { systems, defaultVault: this.place.vault });
    const [config] = parsed.clusters;
    assert.ok(config !== undefined && system !== undefined, JSON.stringify(parsed.problems));
    return resolveCluster(config, system, () => Promise.resolve(PASSPHRASE));
  }

  /** Backs up, and names what came into the vault. */
  async backUp(fields: Record<string, unknown> = {}): Promise<StoredBackup> {
    const cluster = await this.cluster(fields);
    const backup = await this.lab.call('backup', { cluster, origin: { kind: 'manual' } });
    const { id } = backup.manifest;
    return { kind: 'backup', vault: this.place.vault, id, path: backup.path };
  }

  async plan(source: SourceRef, { choices, payloads, safetyBackup, fields }: Wish = {}) {
    const cluster = await this.cluster(fields);
    return this.lab.call('planRestore', {
      source,
      cluster,
      safetyBackup: safetyBackup ?? false,
      ...(choices === undefined ? {} : { choices }),
      ...(payloads === undefined ? {} : { payloads }),
    });
  }

  /** Plans, and restores what was planned. */
  async restore(
    source: SourceRef,
    wish: Wish = {},
  ): Promise<{ plan: RestorePlan; result: RestoreResult }> {
    const plan = await this.plan(source, wish);
    assert.deepEqual(blockersOf(plan), []);
    const { payloads, fields, signal, told } = wish;
    const cluster = await this.cluster(fields);
    const params = { source, cluster, plan, ...(payloads === undefined ? {} : { payloads }) };
    const result = await this.lab.call('restore', params, {
      ...(signal === undefined ? {} : { signal }),
      ...(told === undefined ? {} : { told }),
    });
    return { plan, result };
  }
}

export const blockersOf = (plan: RestorePlan): string[] =>
  plan.items.filter(({ severity }) => severity === 'blocker').map(({ code }) => code);

export function lineOf(plan: RestorePlan, code: string): PlanLine {
  const found = plan.items.find((item) => item.code === code);
  assert.ok(found, `${code} is not among ${plan.items.map((item) => item.code).join()}`);
  return found;
}

/** Sums of all files in the product's volumes that its backups hold, from 3.2 on. */
export async function volumeSums(engine: RunningEngine, image: string): Promise<string> {
  const left = ['ucp-metrics-data', 'ucp-node-certs'];
  const mounts = UCP_VOLUMES.filter((name) => !left.includes(name)).flatMap((name) => [
    '-v',
    `${name}:/v/${name}:ro`,
  ]);
  return engine.docker(
    ...['run', '--rm', ...mounts, '--entrypoint', '/bin/sh', image, '-ec'],
    'cd /v; find . -type f | sort | while read -r f; do sha256sum "$f"; done',
  );
}

/** Names of containers that a run leaves only when it went wrong. */
export async function runsLeft(engine: RunningEngine): Promise<string> {
  return engine.docker('ps', '-aq', '--filter', 'name=^ucp$');
}
