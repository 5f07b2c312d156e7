import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ulid } from 'ulid';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { freePort } from '../../../src/sandbox/parts/ports';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { writeBigSnapshot } from '../../support/snapshots/bigSnapshot';
import { Workplace } from '../cli/support';
import { PATIENCE, startAgent } from './runningAgent';
import type { RunningAgent } from './runningAgent';

const PASSPHRASE = 'nine slow barges under the bridge';
const SECRET = 'CLUSTER_BACKUP_SECRET_BACKUPS';
/** About 56 MB as a file, 112 MB of records. */
const SHAPE = { keys: 100_000, valueBytes: 1024 };
/** Megabytes a second: the check lasts for seconds on the fastest machine, too. */
const RATE = 10;
/** Between two questions (ms). */
const PAUSE = 10;

describe('The agent while it checks a large backup', function () {
  this.timeout(400_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let snapshot: string;
  let agent: RunningAgent | undefined;

  before(async () => {
    folder = await temporaryFolder('large-check');
    snapshot = join(folder.path, 'large.snap');
    await writeBigSnapshot(snapshot, SHAPE);
  });
  afterEach(() => agent?.end('SIGKILL'));
  after(() => folder.remove());

  const store = async (at: Workplace, isEncrypted: boolean): Promise<void> => {
    const vault = openFolderVault({ folder: at.vault, clock: { now: () => new Date() } });
    const [id, created] = [ulid(), new Date()];
    const ending = isEncrypted ? '.snap.gpg' : '.snap';
    const writer = await vault.create({ id, cluster: 'prod', created, ending });
    let stream: Readable = createReadStream(snapshot);
    if (isEncrypted) {
      const request = { kind: 'passphrase' as const, passphrase: PASSPHRASE };
      ({ stream } = await createEncryptor().encrypt(stream, request));
    }
    for await (const chunk of stream) await writer.write(chunk as Buffer);
    await writer.commit({
      version: 1,
      id,
      cluster: 'prod',
      system: { kind: 'consul' },
      format: 'consul',
      origin: { kind: 'schedule', schedule: '1y' },
      created: created.toISOString(),
      finished: created.toISOString(),
      sha256: {},
      encryption: { kind: isEncrypted ? 'passphrase' : 'none' },
    });
  };

  const isRunning = async (running: RunningAgent | undefined) =>
    (await running?.metric('running')) === 1 || undefined;

  for (const isEncrypted of [false, true]) {
    it(`answers all along, ${isEncrypted ? 'an encrypted one' : 'a plain one'}`, async () => {
      const at = new Workplace(join(folder.path, `place-${isEncrypted}`), { [SECRET]: PASSPHRASE });
      await at.configure({
        prod: {
          system: 'consul',
          address: `http://127.0.0.1:${await freePort()}`,
          ...(isEncrypted ? { encryption: { passphrase: { secret: 'backups' } } } : {}),
          policy: {
            schedules: [{ interval: '1y', count: 3 }],
            verify: { every: '1d', rate: RATE },
          },
        },
      });
      await store(at, isEncrypted);
      const vault = openFolderVault({ folder: at.vault, clock: { now: () => new Date() } });
      const found = async () => (await vault.list('prod'))[0]?.manifest.verification;
      agent = startAgent(at);
      await waitFor('the check to begin', () => isRunning(agent), { ...PATIENCE, everyMs: PAUSE });

      const began = performance.now();
      let answers = 0;
      let longest = 0;
      while ((await found()) === undefined) {
        const asked = performance.now();
        const { status } = await agent.ask('/healthz');
        assert.equal(status, 200);
        longest = Math.max(longest, performance.now() - asked);
        if (await isRunning(agent)) answers++;
        assert.ok(performance.now() - began < PATIENCE.timeoutMs, 'the check takes for ever');
        await delay(PAUSE);
      }
      const took = performance.now() - began;
      assert.equal((await found())?.result, 'ok');
      // Whatever else this machine has to do: none of them waited until the check was through.
      const figures = `${answers} answers in ${took.toFixed()} ms, the longest after ${longest.toFixed()} ms`;
      assert.ok(answers >= 5 && longest < took / 2, figures);
    });
  }
});
