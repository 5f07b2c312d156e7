import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureGpg } from '../../src/sandbox/parts/gpg';
import { startConsul } from '../../src/sandbox/parts/consulServer';
import { OperationsClient } from '../../src/workers/operationsClient';
import { clusterAt, silentLog } from '../integration/operations/support';
import { benchSnapshot, KEYS } from '../support/snapshots/benchSnapshot';
import { answerMeasure, benchFolder, measure, sideBySide } from './measure';
import type { BenchRow } from './measure';

const PASSPHRASE = 'a passphrase for the bench';

/** `curl … | gpg --symmetric -z 0 > file`, as an operator would type it, the passphrase on a descriptor. */
async function curlAndGpg(address: string, folder: string): Promise<void> {
  const file = join(folder, `curl-${process.pid}.gpg`);
  const home = join(folder, `gnupg-${process.pid}`);
  await mkdir(home, { mode: 0o700 });
  const gpg = await ensureGpg();
  const command =
    `curl --silent --fail "$1/v1/snapshot" | "$2" --homedir "$3" --batch --pinentry-mode loopback ` +
    `--passphrase-fd 3 --symmetric --cipher-algo AES256 -z 0 -o "$4" 3<<<"$5"`;
  const child = spawn(
    'bash',
    ['-o', 'pipefail', '-c', command, 'bash', address, gpg, home, file, PASSPHRASE],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`curl and gpg ended with ${String(code)}`);
  await rm(file);
  await rm(home, { recursive: true });
}

/** The same bytes through our whole road: hash, check, encrypt, vault, manifest. */
async function ours(address: string, folder: string): Promise<void> {
  const place = {
    folder,
    vault: join(folder, `vault-${process.pid}`),
    activities: join(folder, 'activities'),
    remove: () => Promise.resolve(),
  };
  const fields = { encryption: { passphrase: { secret: 'x' } } };
  const cluster = await clusterAt(place, address, fields, { 'encryption.passphrase': PASSPHRASE });
  // What is shipped, in a thread of its own, as the editor runs it.
  const operations = new OperationsClient(
    join(__dirname, '../../../dist/workers'),
    { activities: place.activities, state: `${place.folder}/state`, by: 'bench', env: {} },
    silentLog,
  );
  await operations.call('backup', { cluster, origin: { kind: 'manual' } }, { own: true });
  await rm(place.vault, { recursive: true });
}

/** Against a real Consul that holds 200,000 keys: the same endpoint, side by side. */
export async function bench(): Promise<BenchRow[]> {
  const file = await benchSnapshot(await benchFolder(), KEYS, true);
  const folder = await mkdtemp(join(tmpdir(), 'cluster-backup-bench-'));
  const consul = await startConsul();
  try {
    const { size } = await stat(file);
    const loaded = await new Promise<number>((resolve, reject) => {
      const curl = spawn('curl', [
        '--silent',
        '--fail',
        '--upload-file',
        file,
        `${consul.address}/v1/snapshot`,
      ]);
      curl.on('error', reject);
      curl.on('close', (code) => resolve(code ?? 1));
    });
    if (loaded !== 0) throw new Error('Consul did not take the snapshot of the bench');
    await consul.waitForLeader(120_000);
    const best = await sideBySide(
      () => measure(__filename, 'curl', consul.address, folder),
      () => measure(__filename, 'ours', consul.address, folder),
      3,
    );
    const rate = (ms: number): number => size / 1e3 / ms;
    return [
      {
        what: 'backup of 200,000 keys, checked and encrypted',
        floor: 'curl | gpg --symmetric -z 0',
        floorValue: rate(best.floor.ms),
        ours: rate(best.ours.ms),
        unit: 'MB/s',
        atLeast: 0.7,
      },
      {
        what: 'its peak memory',
        floor: 'the limit',
        floorValue: 300,
        ours: best.ours.rss,
        unit: 'MB',
        atMost: 1,
      },
    ];
  } finally {
    await consul.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

void answerMeasure({ curl: curlAndGpg, ours });
