import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import type { HostedBackup } from '../../../src/core/model';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { runInNode } from '../../../src/sandbox/parts/dockerNode';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { startUcpApi } from '../../standins/ucp/apiServer';
import type { UcpApiServer } from '../../standins/ucp/apiServer';
import { installUcp } from '../../standins/ucp/image';
import { context, refused, traces } from '../swarm/support';
import { HostedSite } from './hostedSite';

const CHILD = join(__dirname, '../../support/crash/hostedChild.js');
const OURS = 'the phrase of our own';
const THEIRS = 'the phrase of the product';
const VERSION = '3.2.5';

describe('UCP: backups that lie on another manager than the one that is asked', function () {
  this.timeout(300_000);
  let swarm: RunningSwarm;
  let asked: RunningEngine;
  let other: RunningEngine;
  let site: HostedSite;
  let server: UcpApiServer;
  let folder: string;

  before(async () => {
    site = await HostedSite.make();
    folder = join(site.folder, 'backups');
    swarm = await startSwarm(2);
    [asked, other] = swarm.managers as unknown as [RunningEngine, RunningEngine];
    // A folder that only that manager has: both see this machine's files otherwise.
    await runInNode(
      other.node,
      ...['sh', '-ec', 'mkdir -p "$1"; mount -t tmpfs -o mode=777 backups "$1"', 'sh', folder],
    );
    await installUcp(other, VERSION);
    server = await startUcpApi({ folder: join(site.folder, 'server'), engine: other });
  });
  after(async () => {
    await server.close();
    await swarm.stop();
    await site.remove();
  });
  afterEach(async () => {
    assert.deepEqual(server.broken, []);
    for (const engine of swarm.engines) assert.equal(await traces(engine), '');
  });

  const cluster = (more: Record<string, unknown> = {}): Promise<ResolvedCluster> =>
    site.cluster(
      {
        host: asked.host,
        engines: [{ host: other.host }],
        apiAddress: server.address,
        apiUser: server.admin.user,
        apiPassword: { secret: 'password' },
        apiCaFile: server.caFile,
        apiFolder: folder,
        ...more,
      },
      { password: server.admin.password, ours: OURS, theirs: THEIRS },
    );
  const make = async (of: ResolvedCluster): Promise<HostedBackup> => {
    const made = await site.operations.createHosted({ cluster: of, mode: 'api' }, context());
    assert.equal(made.fetch, true, String(made.fetch));
    assert.equal(made.where, `${other.hostname}:${folder}`);
    return made;
  };
  const onManager = (script: string, ...args: string[]) =>
    runInNode(other.node, ...['sh', '-ec', script, 'sh', folder, ...args]);

  it('is fetched through that manager’s engine, encrypted by us on the way, and verified', async () => {
    const of = await cluster({ encryption: { passphrase: { secret: 'ours' } } });
    const made = await make(of);
    assert.equal(made.encrypted, false);
    const [listed] = (await site.operations.listHosted({ cluster: of }, context())).backups;
    assert.equal(listed?.fetch, true);
    const fetching = { cluster: of, id: made.id, label: 'fetched' };
    const { manifest, path } = await site.operations.fetchHosted(fetching, context());
    assert.equal(manifest.encryption.kind, 'passphrase');
    assert.equal(manifest.mode, 'api');
    assert.equal(manifest.label, 'fetched');
    assert.equal(manifest.system.version, VERSION);
    assert.equal(manifest.format, 'ucp');
    assert.equal(manifest.source?.['node'], other.hostname);
    assert.equal(manifest.source['hostedId'], made.id);
    assert.ok((manifest.notes ?? []).some((note) => note.includes(made.name)));
    const source = { kind: 'backup', vault: site.vault, id: manifest.id } as const;
    const decryption = { passphrase: OURS };
    const { verification } = await site.operations.verify({ source, decryption }, context());
    assert.equal(verification.result, 'ok');
    // What is in it is the file that lies there, byte by byte.
    const plain = await createEncryptor().decrypt(createReadStream(path), decryption);
    const hash = createHash('sha256');
    for await (const chunk of plain as AsyncIterable<Buffer>) hash.update(chunk);
    const there = await onManager('sha256sum "$1/$2"', made.name);
    assert.equal(hash.digest('hex'), there.split(' ')[0]);
    assert.equal(manifest.sha256.content, there.split(' ')[0]);
  });

  it('is stored as the product encrypted it, opened on the way, with its own passphrase', async () => {
    const of = await cluster({
      encryptedBy: 'product',
      encryption: { passphrase: { secret: 'theirs' } },
    });
    const made = await make(of);
    assert.equal(made.encrypted, true);
    const { manifest, path } = await site.operations.fetchHosted(
      { cluster: of, id: made.id },
      context(),
    );
    assert.equal(manifest.encryption.kind, 'passphrase');
    const there = await onManager('sha256sum "$1/$2"', made.name);
    assert.equal(manifest.sha256.stored, there.split(' ')[0]);
    assert.match(path, /\.ucp\.tar\.gpg$/);
    // A cluster with another passphrase, or with none, needs to be told.
    const plain = await cluster();
    const fetch = (of2: ResolvedCluster, passphrase?: string) =>
      site.operations.fetchHosted(
        {
          cluster: of2,
          id: made.id,
          ...(passphrase === undefined ? {} : { decryption: { passphrase } }),
        },
        context(),
      );
    await refused(fetch(plain), 'core.needsPassphrase');
    await refused(fetch(plain, 'not that one'), 'openpgp.wrongPassphrase');
    assert.equal((await fetch(plain, THEIRS)).manifest.encryption.kind, 'passphrase');
  });

  it('is made, listed and fetched while the main engine of the entry is down', async () => {
    const of = await cluster({ host: `unix://${site.folder}/no-engine.sock` });
    const made = await make(of);
    const { backups } = await site.operations.listHosted({ cluster: of }, context());
    assert.equal(backups.find(({ id }) => id === made.id)?.fetch, true);
    const fetching = { cluster: of, id: made.id };
    const { manifest } = await site.operations.fetchHosted(fetching, context());
    assert.equal(manifest.source?.['node'], other.hostname);
  });

  it('says that the file is gone, that it is cut, or that it is none; nothing of it is kept', async () => {
    const of = await cluster();
    const made = await make(of);
    const fetch = () => site.operations.fetchHosted({ cluster: of, id: made.id }, context());
    await onManager('truncate -s 20000 "$1/$2"', made.name);
    await refused(fetch(), 'snapshot.truncated');
    await onManager('rm "$1/$2"; mkdir "$1/$2"', made.name);
    await refused(fetch(), 'snapshot.unexpectedMember');
    await onManager('rmdir "$1/$2"; ln -s /etc/passwd "$1/$2"', made.name);
    await refused(fetch(), 'snapshot.unexpectedMember');
    await onManager('rm "$1/$2"', made.name);
    await refused(fetch(), 'ucp.hostedGone');
    await refused(
      site.operations.fetchHosted({ cluster: of, id: 'no-such' }, context()),
      'ucp.hostedUnknown',
    );
  });

  it('is not fetched where no engine of that manager is listed, and says so beforehand', async () => {
    const made = await make(await cluster());
    const alone = await cluster({ engines: undefined });
    const [listed] = (await site.operations.listHosted({ cluster: alone }, context())).backups;
    assert.match(String(listed?.fetch), new RegExp(`no engine of the manager ${other.hostname}`));
    const error = await refused(
      site.operations.fetchHosted({ cluster: alone, id: made.id }, context()),
      'ucp.notFetchable',
    );
    assert.match(error.message, new RegExp(other.hostname));
  });

  it('can be cancelled in the middle: nothing is left in the vault and on the engine', async () => {
    const of = await cluster();
    const made = await make(of);
    await onManager('head -c 200000000 /dev/zero >> "$1/$2"', made.name);
    const abort = new AbortController();
    const run = {
      ...context(abort.signal),
      progress: ({ done = 0 }: { done?: number }) => {
        if (done > 100_000) abort.abort();
      },
    };
    const { backups: before } = await site.operations.listHosted({ cluster: of }, context());
    await refused(site.operations.fetchHosted({ cluster: of, id: made.id }, run), 'core.cancelled');
    assert.equal(before.length, server.backups.length);
    const { removed } = await site.operations.tidyVault(
      { vault: site.vault, clusters: [] },
      context(),
    );
    assert.deepEqual(removed, []);
  });

  it('killed in the middle, leaves a container that the next start removes, and nothing in the vault', async () => {
    const of = await cluster();
    const made = await make(of);
    await onManager('head -c 50000000 /dev/zero >> "$1/$2"', made.name);
    const backups = () => vaultFiles(site.vault);
    const before = await backups();
    const job = JSON.stringify({ options: site.options, cluster: of, id: made.id });
    const child = spawn(process.execPath, [CHILD, job], { stdio: 'ignore' });
    const [, signal] = (await once(child, 'close')) as [unknown, string | null];
    assert.equal(signal, 'SIGKILL');
    assert.notEqual(await traces(other), '');
    // It counts as cut off at once: its process is gone.
    const said = await site.operations.resume({ cluster: of }, context());
    assert.ok(
      said.some((line) => line.includes(other.hostname)),
      said.join(),
    );
    assert.equal(await traces(other), '');
    assert.deepEqual(await site.operations.resume({ cluster: of }, context()), []);
    await site.operations.tidyVault({ vault: site.vault, clusters: [] }, context());
    assert.deepEqual(await backups(), before);
  });
});

/** Names of what lies in a vault, locks aside. */
async function vaultFiles(vault: string): Promise<string[]> {
  const files = await readdir(vault, { recursive: true, withFileTypes: true });
  return files
    .filter(
      (file) => file.isFile() && !/lock/.test(file.name) && !/\/\.[^/]*$/.test(file.parentPath),
    )
    .map(({ name }) => name)
    .sort();
}
