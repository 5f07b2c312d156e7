import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ulid } from 'ulid';
import { ensureGpg } from '../../src/sandbox/parts/gpg';
import { createEncryptor } from '../../src/snapshots/openpgp';
import { openFolderVault } from '../../src/vaults/folder/folderVault';
import { answerMeasure, benchFolder, measure, sideBySide, type BenchRow } from './measure';

const READ_BYTES = 256 * 1024;
const MEGABYTES = 112;
const MAX_MEMORY_MB = 200;
const passphrase = 'bench';
const run = promisify(execFile);

/** Encrypting into a vault, and decrypting, against gpg doing the same without compression. */
export async function bench(): Promise<BenchRow[]> {
  const gpg = await ensureGpg();
  const plain = await randomFile();
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const encrypted = join(folder, 'ours.gpg');
    await encryptToFile(plain, encrypted);
    const encrypt = await sideBySide(
      () => measure(__filename, 'gpgEncrypt', gpg, folder, plain),
      () => measure(__filename, 'encrypt', plain, join(folder, 'vault')),
    );
    const decrypt = await sideBySide(
      () => measure(__filename, 'gpgDecrypt', gpg, folder, encrypted),
      () => measure(__filename, 'decrypt', encrypted),
    );
    const memory = Math.max(encrypt.ours.rss, decrypt.ours.rss);
    const against = (what: string, { floor, ours }: typeof encrypt): BenchRow => ({
      what: `${what}, ${MEGABYTES} MB`,
      floor: 'gpg, no compression',
      floorValue: floor.ms,
      ours: ours.ms,
      unit: 'ms',
    });
    return [
      against('encrypt into a vault', encrypt),
      against('decrypt', decrypt),
      {
        what: 'encrypt and decrypt: peak memory',
        floor: 'the limit',
        floorValue: MAX_MEMORY_MB,
        ours: memory,
        unit: 'MB',
        atMost: 1,
      },
    ];
  } finally {
    await stopAgent(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function randomFile(): Promise<string> {
  const path = join(await benchFolder(), `random-${MEGABYTES}.bin`);
  if (!existsSync(path)) {
    const blocks = Readable.from(Array.from({ length: MEGABYTES }, () => randomBytes(1_000_000)));
    await pipeline(blocks, createWriteStream(`${path}.part`));
    await rename(`${path}.part`, path);
  }
  return path;
}

function read(path: string): Readable {
  return createReadStream(path, { highWaterMark: READ_BYTES });
}

async function encryptToFile(plain: string, target: string): Promise<void> {
  const request = { kind: 'passphrase' as const, passphrase };
  const { stream } = await createEncryptor().encrypt(read(plain), request);
  await pipeline(stream, createWriteStream(target));
}

/** As a backup does it, checksum and sync included. */
async function encrypt(plain: string, folder: string): Promise<void> {
  const vault = openFolderVault({ folder, clock: { now: () => new Date() } });
  const [id, created] = [ulid(), new Date()];
  const writer = await vault.create({ id, cluster: 'bench', created, ending: '.snap.gpg' });
  const request = { kind: 'passphrase' as const, passphrase };
  const { stream } = await createEncryptor().encrypt(read(plain), request);
  for await (const chunk of stream) await writer.write(chunk as Buffer);
  await writer.commit({
    version: 1,
    id,
    cluster: 'bench',
    system: { kind: 'consul' },
    format: 'consul',
    origin: { kind: 'manual' },
    created: created.toISOString(),
    finished: created.toISOString(),
    sha256: {},
    encryption: { kind: 'passphrase' },
  });
  await vault.remove(id);
}

async function decrypt(path: string): Promise<void> {
  const plain = await createEncryptor().decrypt(read(path), { passphrase });
  await pipeline(plain, new Writable({ write: (_chunk, _encoding, done) => done() }));
}

async function gpgRun(gpg: string, folder: string, ...args: string[]): Promise<void> {
  const home = join(folder, 'gnupg');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'pass'), passphrase);
  const pass = ['--pinentry-mode', 'loopback', '--passphrase-file', join(home, 'pass')];
  const env = { ...process.env, GNUPGHOME: home };
  await run(gpg, ['--batch', '--yes', '--quiet', ...pass, ...args], { env });
}

/** gpg starts an agent in the home folder it was given. */
async function stopAgent(folder: string): Promise<void> {
  const env = { ...process.env, GNUPGHOME: join(folder, 'gnupg') };
  await run('gpgconf', ['--kill', 'all'], { env }).catch(() => undefined);
}

void answerMeasure({
  encrypt: (plain = '', folder = '') => encrypt(plain, folder),
  decrypt: (path = '') => decrypt(path),
  gpgEncrypt: (gpg = '', folder = '', plain = '') =>
    gpgRun(gpg, folder, '-z', '0', '--output', join(folder, 'gpg.gpg'), '--symmetric', plain),
  gpgDecrypt: (gpg = '', folder = '', path = '') =>
    gpgRun(gpg, folder, '--output', '/dev/null', '--decrypt', path),
});
