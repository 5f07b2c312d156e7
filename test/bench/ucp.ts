import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../src/sandbox/parts/dockerEngine';
import { repositoryRoot } from '../../src/sandbox/parts/folders';
import { ensureGpg } from '../../src/sandbox/parts/gpg';
import { run } from '../../src/sandbox/parts/processes';
import { installUcp, SOCKET } from '../standins/ucp/image';
import { measureCommand, sideBySide } from './measure';
import type { BenchRow } from './measure';

const MEGABYTES = 1024;
const TURNS = 3;
const VERSION = '3.8.1';
const IMAGE = `mirantis/ucp:${VERSION}`;
const PASSPHRASE = 'correct horse battery';

/**
 * The backup of a stand-in of the vendor's image, checked, encrypted and into the vault, against the command of the
 * documentation and gpg, which check nothing.
 */
export async function bench(): Promise<BenchRow[]> {
  const gpg = await ensureGpg();
  const folder = await mkdtemp(join(tmpdir(), 'cluster-backup-bench-'));
  const engine = await startEngine({ hostname: 'bench' });
  const keys = join(folder, 'gpg');
  try {
    await installUcp(engine, VERSION, { bytes: MEGABYTES << 20 });
    const home = join(folder, 'home');
    for (const path of [home, keys]) await mkdir(path);
    await chmod(keys, 0o700);
    await writeFile(join(keys, 'passphrase'), PASSPHRASE);
    const entry = {
      system: 'ucp',
      host: engine.host,
      encryption: { passphrase: { secret: 'bench' } },
    };
    await writeFile(
      join(home, 'cluster-backup.jsonc'),
      JSON.stringify({ clusters: { prod: entry } }),
    );
    const cli = (...args: string[]) =>
      measureCommand(process.execPath, [join(repositoryRoot, 'dist', 'cli.js'), ...args], {
        CLUSTER_BACKUP_HOME: home,
        CLUSTER_BACKUP_SECRET_BENCH: PASSPHRASE,
        HOME: home,
      });
    const file = join(folder, 'backup.tar');
    const byHand =
      `set -o pipefail; ${engine.cli} --host ${engine.host} run --rm -i --log-driver none --name ucp ` +
      `${SOCKET.join(' ')} ${IMAGE} backup --no-passphrase 2>/dev/null | ` +
      `${gpg} --batch --quiet --pinentry-mode loopback --passphrase-file ${keys}/passphrase ` +
      `--symmetric -z 0 > ${file}`;
    let id = '';
    const backup = await sideBySide(
      () => measureCommand('bash', ['-c', byHand], { HOME: home, GNUPGHOME: keys }),
      async () => {
        if (id !== '') await cli('delete', id, '--yes');
        const run = await cli('--quiet', 'create', 'prod');
        id = run.out.trim();
        return run;
      },
      TURNS,
    );
    return [
      {
        what: `back up a UCP of ${MEGABYTES} MB (a stand-in), encrypted`,
        floor: 'docker run … backup | gpg -z 0',
        floorValue: backup.floor.ms,
        ours: backup.ours.ms,
        unit: 'ms',
        atMost: 1,
      },
      {
        what: 'its peak memory',
        floor: 'the limit',
        floorValue: 150,
        ours: backup.ours.rss,
        unit: 'MB',
        atMost: 1,
      },
    ];
  } finally {
    await run('gpgconf', ['--homedir', keys, '--kill', 'all']).catch(() => undefined);
    await engine.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
