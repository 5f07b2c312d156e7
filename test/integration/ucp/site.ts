import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createUcpAdapter } from '../../../src/adapters/ucp/adapter';
import { ucpConnectionSchema } from '../../../src/adapters/ucp/definition';
import { createOperations } from '../../../src/compose/operations';
import type { Operations } from '../../../src/compose/operations';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import type { ConnectedCluster, EncryptionRequest, WholeAdapter } from '../../../src/core/ports';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { run } from '../../../src/sandbox/parts/processes';
import { installUcp, setFault } from '../../standins/ucp/image';
import { makePlace } from '../operations/support';
import type { Place } from '../operations/support';

/** An engine with the stand-in on it, and a place for backups. */
export class UcpSite {
  readonly operations: Operations;
  readonly #opened: WholeAdapter[] = [];

  private constructor(
    readonly engine: RunningEngine,
    readonly place: Place,
  ) {
    const { activities, folder } = place;
    const state = join(folder, 'state');
    this.operations = createOperations({ activities, state, by: 'test', env: {} });
  }

  static async make(engine: RunningEngine): Promise<UcpSite> {
    return new UcpSite(engine, await makePlace());
  }

  get state(): string {
    return join(this.place.folder, 'state');
  }

  /** Another version in place of the one that is installed. */
  async install(version: string, bytes?: number): Promise<void> {
    await setFault(this.engine, undefined);
    const { docker } = this.engine;
    const containers = words(await docker('ps', '-aq', '--filter', 'name=ucp'));
    if (containers.length > 0) await docker('rm', '--force', '--volumes', ...containers);
    const volumes = words(await docker('volume', 'ls', '-q', '--filter', 'name=ucp-'));
    if (volumes.length > 0) await docker('volume', 'rm', '--force', ...volumes);
    await installUcp(this.engine, version, bytes === undefined ? {} : { bytes });
  }

  connected(fields: Record<string, unknown> = {}): ConnectedCluster {
    const connection = ucpConnectionSchema.parse({ host: this.engine.host, ...fields });
    return { name: 'prod', system: 'ucp', connection, secrets: {} };
  }

  cluster(
    fields: Record<string, unknown> = {},
    encryption: EncryptionRequest = { kind: 'none' },
    vault = this.place.vault,
  ): ResolvedCluster {
    const passphrase = encryption.kind === 'passphrase' ? encryption.passphrase : undefined;
    return {
      connected: this.connected(fields),
      vault,
      encryption,
      decryption: passphrase === undefined ? {} : { passphrase },
    };
  }

  adapter(fields: Record<string, unknown> = {}): WholeAdapter {
    const adapter = createUcpAdapter(this.connected(fields), {}, { state: this.state });
    this.#opened.push(adapter);
    return adapter;
  }

  /** What of a run must not stay: the container, a backup, a journal; and UCP runs. */
  async assertClean(backups = 0): Promise<void> {
    assert.deepEqual(await this.containers('ucp'), [], 'its container');
    const { stopped } = await this.parts();
    assert.deepEqual(stopped, [], 'stopped containers of UCP');
    const files = await filesUnder(this.place.vault);
    assert.equal(
      files.filter((name) => name.includes('.ucp.tar')).length,
      backups * 2,
      files.join(),
    );
    assert.deepEqual(await filesUnder(join(this.state, 'ucp')), [], 'journals');
  }

  /** Ids of containers of exactly this name. */
  async containers(name: string): Promise<string[]> {
    return words(await this.engine.docker('ps', '-aq', '--filter', `name=^/${name}$`));
  }

  /** The product's own containers. */
  async parts(): Promise<{ running: string[]; stopped: string[] }> {
    const format = ['--format', '{{.Names}} {{.State}}'];
    const lines = await this.engine.docker('ps', '-a', '--filter', 'name=ucp-', ...format);
    // The stand-in's `ucp-reconcile` holds its tree and never runs.
    const all = words(lines).filter((line) => /^ucp-(?!reconcile)/.test(line));
    const of = (isRunning: boolean) =>
      all
        .filter((line) => line.endsWith(' running') === isRunning)
        .map((line) => line.split(' ')[0] ?? '')
        .sort();
    return { running: of(true), stopped: of(false) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((adapter) => adapter.close()));
  }

  async remove(): Promise<void> {
    await this.close();
    await this.place.remove();
  }
}

/** What GnuPG and tar themselves make of a file. */
export async function listByGnuPg(path: string, passphrase: string): Promise<string[]> {
  const home = await mkdtemp('/tmp/cb-gpg-');
  try {
    const script =
      'gpg --homedir "$1" --quiet --batch --pinentry-mode loopback --passphrase "$2" --decrypt "$3" | tar --list';
    return words(
      await run('bash', ['-ec', `set -o pipefail; ${script}`, 'x', home, passphrase, path]),
    );
  } finally {
    await run('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined);
    await rm(home, { recursive: true, force: true });
  }
}

export { refused } from '../../support/refused';

export function words(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
