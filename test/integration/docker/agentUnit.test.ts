import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { repositoryRoot, temporaryFolder } from '../../../src/sandbox/parts/folders';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { Workplace } from '../cli/support';

const TOKEN = 'a-token-nobody-may-see';
const IMAGE = 'cluster-backup:test';
/** The command line as it is packaged. */
const PACKAGED = join(repositoryRoot, 'dist', 'cli.js');

describe('The agent as a service of a real swarm', function () {
  this.timeout(600_000);
  let swarm: RunningSwarm;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;

  before(async () => {
    folder = await temporaryFolder('agent-stack');
    at = new Workplace(join(folder.path, 'place'), {}, PACKAGED);
    await at.configure({
      prod: {
        system: 'consul',
        address: 'http://127.0.0.1:1',
        token: { secret: 'prod.token' },
        caFile: './ca.pem',
        policy: { schedules: [{ interval: '1h', count: 24 }] },
      },
      other: {
        system: 'consul',
        vault: '/srv/backups',
        policy: { schedules: [{ interval: '1d', count: 7 }] },
      },
    });
    await writeFile(join(at.folder, 'ca.pem'), 'a certificate');
    swarm = await startSwarm(1);
  });
  after(async () => {
    await swarm.stop();
    await folder.remove();
  });

  const printed = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await at.run(['agent', 'unit', ...args, '--image', IMAGE]);
    assert.equal(code, 0, err);
    return out;
  };

  it('is built, deployed, healthy, and has what it needs', async () => {
    const [engine] = swarm.engines;
    assert.ok(engine);
    const docker = (...args: string[]) => engine.docker(...args);
    await engine.importBusybox('shell:1');
    await docker('import', await nodeTar(folder.path), 'node:here');

    const context = dirname(dirname(PACKAGED));
    const dockerfile = await printed('dockerfile');
    assert.ok(dockerfile.includes(`-f Dockerfile ${context}\n`), dockerfile);
    // The folder that it names, without what only this repository has in it.
    const lean = join(folder.path, 'context');
    await cp(join(context, 'dist'), join(lean, 'dist'), { recursive: true });
    const file = join(folder.path, 'Dockerfile');
    await writeFile(file, dockerfile);
    await docker('build', '--build-arg', 'BASE=node:here', '-t', IMAGE, '-f', file, lean);

    const stack = join(folder.path, 'agent.stack.yaml');
    const text = await printed('swarm');
    await writeFile(stack, text);
    assert.ok(!text.includes(TOKEN));
    const token = join(folder.path, 'token');
    await writeFile(token, TOKEN);
    const [, create = ''] = /docker secret create (\S+) FILE/.exec(text) ?? [];
    await docker('secret', 'create', create, token);
    // As the comment says: without the label there is no node for it.
    await docker('node', 'update', '--label-add', 'cluster-backup=true', engine.hostname);
    await docker('stack', 'deploy', '-c', stack, 'cluster-backup');

    const container = await waitFor(
      'a healthy agent',
      async () =>
        (await docker('ps', '-q', '--filter', 'health=healthy')).trim().split('\n')[0] || undefined,
      {
        timeoutMs: 240_000,
        everyMs: 1000,
      },
    );
    const inside = (...args: string[]) => docker('exec', container, ...args);
    const secret = '/run/secrets/CLUSTER_BACKUP_SECRET_PROD_TOKEN';
    assert.equal(await inside('cat', secret), TOKEN);
    assert.equal(await inside('cat', '/etc/cluster-backup/ca.pem'), 'a certificate');
    assert.equal((await inside('id', '-u')).trim(), '1000');
    // Its own, in volumes that were new.
    await inside(
      'touch',
      '/srv/backups/x',
      '/etc/cluster-backup/vault/x',
      '/var/lib/cluster-backup/x',
    );
    await assert.rejects(inside('touch', '/opt/x'), /[Rr]ead-only/);
    const logs = await docker('service', 'logs', '--raw', 'cluster-backup_agent').catch(String);
    assert.ok(!logs.includes(TOKEN));
    assert.doesNotMatch(logs, /secretMissing/);
    const mounts = await docker('inspect', '--format', '{{json .Mounts}}', container);
    for (const path of ['/var/lib/cluster-backup', '/srv/backups', '/etc/cluster-backup/vault']) {
      assert.ok(mounts.includes(`"Destination":"${path}"`), mounts);
    }
    await docker('stack', 'rm', 'cluster-backup');
  });
});

/** A tar of a small root folder with a shell, and this very Node with the libraries that it loads. */
async function nodeTar(work: string): Promise<string> {
  const root = join(work, 'node-root');
  for (const name of ['bin', 'etc', 'tmp', 'usr/local/bin']) {
    await mkdir(join(root, name), { recursive: true });
  }
  const busybox = (await run('sh', ['-c', 'command -v busybox'])).trim();
  await cp(busybox, join(root, 'bin', 'busybox'), { dereference: true });
  for (const applet of ['sh', 'mkdir', 'chown', 'chmod', 'cat', 'id', 'touch']) {
    await cp(busybox, join(root, 'bin', applet), { dereference: true });
  }
  await cp(process.execPath, join(root, 'usr/local/bin/node'), { dereference: true });
  const libraries = await run('ldd', [process.execPath]);
  for (const [, path = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await cp(path, join(root, path), { dereference: true });
  }
  await writeFile(join(root, 'etc', 'passwd'), 'node:x:1000:1000::/tmp:/bin/sh\n');
  const file = join(work, 'node.tar');
  await run('tar', ['-C', root, '--owner=0', '--group=0', '-cf', file, '.']);
  return file;
}
