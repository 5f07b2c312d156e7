import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemById, systems } from '../../../src/adapters/registry';
import { createOperations } from '../../../src/compose/operations';
import type { Operations, OperationsOptions } from '../../../src/compose/operations';
import { resolveCluster } from '../../../src/compose/resolvedCluster';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { parseConfig } from '../../../src/core/config/parse';

/** A folder with a vault and a journal, and the operations as callers use them. */
export class HostedSite {
  readonly operations: Operations;
  readonly vault: string;
  readonly options: OperationsOptions;

  private constructor(readonly folder: string) {
    this.vault = join(folder, 'vault');
    this.options = {
      activities: join(folder, 'activities'),
      by: 'test',
      env: {},
      state: join(folder, 'state'),
    };
    this.operations = createOperations(this.options);
  }

  static async make(): Promise<HostedSite> {
    return new HostedSite(await mkdtemp(join(tmpdir(), 'cb-hosted-')));
  }

  /** A cluster as a configuration file would have it. */
  async cluster(
    fields: Record<string, unknown>,
    secrets: Record<string, string> = {},
  ): Promise<ResolvedCluster> {
    const entry = { system: 'ucp', vault: this.vault, ...fields };
    const text = JSON.stringify({ clusters: { prod: entry } });
    const file = join(this.folder, 'cluster-backup.jsonc');
    const parsed = parseConfig(text, file, { systems, defaultVault: this.vault });
    const [config] = parsed.clusters;
    const system = systemById('ucp');
    if (config === undefined || system === undefined) {
      throw new Error(JSON.stringify(parsed.problems));
    }
    return resolveCluster(config, system, ({ reference }) =>
      Promise.resolve('secret' in reference ? (secrets[reference.secret] ?? '') : ''),
    );
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
