import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ClusterParts } from '../../../src/core/operations/context';
import { fetchHosted } from '../../../src/core/operations/hosted';
import type {
  BackupSource,
  HostedBackups,
  RunContext,
  SnapshotFormat,
  SnapshotReport,
  SystemDefinition,
  Vault,
} from '../../../src/core/ports';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import { snapshotErrors } from '../../../src/snapshots/snapshotErrors';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { testContext } from '../adapters/context';

const PASSPHRASE = 'four words of mine';
const PIECE = 64 * 1024;
const encryptor = createEncryptor({ s2kCount: 0 });

interface Gate {
  /** Resolves once it is open. */
  pass(): Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { pass: () => passed, open };
}

/** Ends when a figure is there and has not changed for many turns of the event loop. */
async function settled(figure: () => number): Promise<number> {
  for (let same = 0, last = 0; same < 2000; same++) {
    if (figure() !== last || last === 0) [same, last] = [0, figure()];
    await new Promise((resolve) => setImmediate(resolve));
  }
  return figure();
}

interface Wishes {
  /** Called with each piece that is checked. */
  check?: (chunk: Uint8Array) => Promise<void>;
  /** What the check says at its end. */
  finish?: () => void;
  vault?: (vault: Vault) => Vault;
  source?: Partial<BackupSource>;
  passphrase?: string;
}

describe('a backup that arrives as an OpenPGP message', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cb-sealed-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const vaultOf = () =>
    openFolderVault({
      folder,
      clock: { now: () => new Date() },
      endings: ['.plain', '.plain.gpg'],
    });

  function formatOf({ check, finish }: Wishes): SnapshotFormat {
    let contentBytes = 0;
    const report = (): SnapshotReport => ({
      format: 'plain',
      identity: {},
      servers: [],
      stats: [],
      totalSize: contentBytes,
      counts: { Byte: contentBytes },
      facts: {},
      contentBytes,
    });
    return {
      id: 'plain',
      title: 'Plain',
      endings: ['.plain'],
      checker: () => ({
        push: async (chunk) => {
          contentBytes += chunk.length;
          await check?.(chunk);
        },
        finish: () => {
          finish?.();
          return Promise.resolve(report());
        },
        partial: report,
        destroy: () => undefined,
      }),
    };
  }

  /** Fetches what a platform of ours gives. */
  function fetch(stream: Readable, wishes: Wishes = {}, context: RunContext = testContext()) {
    const source: BackupSource = { stream, notes: [], sealed: true, ...wishes.source };
    const hosted: HostedBackups = {
      list: () => Promise.resolve({ backups: [], warnings: [] }),
      create: () => Promise.reject(new Error('not asked for')),
      fetch: () => Promise.resolve(source),
    };
    const definition = {
      id: 'plain',
      title: 'Plain',
      capabilities: {
        storage: 'vault',
        modes: [
          { id: 'stream', title: '', description: '' },
          { id: 'kept', title: '', description: '', hosted: true },
        ],
        format: 'plain',
        fileEnding: '.plain',
        seals: true,
      },
    } as unknown as SystemDefinition;
    const parts: ClusterParts = {
      name: 'prod',
      definition,
      adapter: { hosted: () => hosted } as unknown as ClusterParts['adapter'],
      vault: (wishes.vault ?? ((vault) => vault))(vaultOf()),
      format: formatOf(wishes),
      encryptor,
      encryption: { kind: 'none' },
      decryption: { passphrase: wishes.passphrase ?? PASSPHRASE },
    };
    return fetchHosted(parts, { id: '1', origin: { kind: 'manual' } }, context);
  }

  async function sealed(content: Buffer): Promise<Buffer> {
    const request = { kind: 'passphrase', passphrase: PASSPHRASE } as const;
    return buffer((await encryptor.encrypt(Readable.from([content]), request)).stream);
  }

  /** In pieces as they come from a network. */
  function streamOf(message: Buffer, told: (bytes: number) => void = () => undefined): Readable {
    return Readable.from(
      (function* () {
        for (let at = 0; at < message.length; at += PIECE) {
          told(Math.min(message.length, at + PIECE));
          yield message.subarray(at, at + PIECE);
        }
      })(),
    );
  }

  const content = Buffer.from('what a platform keeps\n'.repeat(20_000));

  async function nothingKept(): Promise<void> {
    assert.deepEqual(await vaultOf().list(), []);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const left = files.filter((f) => f.isFile() && !f.name.includes('lock')).map((f) => f.name);
    assert.deepEqual(left, []);
  }

  async function fails(promise: Promise<unknown>, code: string): Promise<void> {
    await assert.rejects(promise, (error: Error & { code?: unknown }) => {
      assert.equal(error.code, code, error.stack);
      return true;
    });
    await nothingKept();
  }

  it('is stored byte by byte as it came, opened and checked beside that', async () => {
    const message = await sealed(content);
    let checked = 0;
    const { manifest, path } = await fetch(streamOf(message), {
      check: (chunk) => {
        checked += chunk.length;
        return Promise.resolve();
      },
    });
    assert.equal(checked, content.length);
    assert.equal(manifest.encryption.kind, 'passphrase');
    assert.equal(manifest.mode, 'kept');
    assert.match(path, /\.plain\.gpg$/);
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    assert.equal(manifest.sha256.content, sha256(content));
    assert.equal(manifest.sha256.stored, sha256(message));
    assert.equal(manifest.bytes, message.length);
    assert.equal(manifest.verification?.result, 'ok');
    const [kept] = await vaultOf().list();
    assert.ok(kept !== undefined);
    const stored = await buffer(await vaultOf().read(kept));
    assert.ok(stored.equals(message));
  });

  it('refuses a wrong passphrase, and keeps nothing', async () => {
    const message = await sealed(content);
    await fails(fetch(streamOf(message), { passphrase: 'another' }), 'openpgp.wrongPassphrase');
  });

  it('refuses a message of which a byte was changed, also far behind', async () => {
    const message = await sealed(content);
    message.writeUInt8(message.readUInt8(message.length - 100_000) ^ 1, message.length - 100_000);
    await fails(fetch(streamOf(message)), 'openpgp.damaged');
  });

  for (const missing of [1, 30, PIECE + 1]) {
    it(`refuses a message that lacks its last ${missing} bytes`, async () => {
      const message = await sealed(content);
      const cut = message.subarray(0, message.length - missing);
      await fails(fetch(streamOf(cut)), 'openpgp.damaged');
    });
  }

  it('refuses what follows the message', async () => {
    const message = Buffer.concat([await sealed(content), Buffer.from('more')]);
    await fails(fetch(streamOf(message)), 'openpgp.damaged');
  });

  it('keeps nothing where the platform cuts its stream', async () => {
    const message = await sealed(content);
    async function* cut() {
      for await (const piece of streamOf(message.subarray(0, 2 * PIECE))) yield piece as Buffer;
      throw Object.assign(new Error('The line is cut.'), { code: 'http.cut' });
    }
    await fails(fetch(Readable.from(cut())), 'http.cut');
  });

  it('keeps nothing where the content does not pass its check, in the middle or at its end', async () => {
    const damaged = () => snapshotErrors.badTar({ message: 'The archive is damaged.' });
    const message = await sealed(content);
    let pieces = 0;
    const check = () => (++pieces < 2 ? Promise.resolve() : Promise.reject(damaged()));
    await fails(fetch(streamOf(message), { check }), 'snapshot.badTar');
    const finish = () => {
      throw damaged();
    };
    await fails(fetch(streamOf(message), { finish }), 'snapshot.badTar');
  });

  it('keeps nothing where the system’s own rule does not hold', async () => {
    const judge = (report: SnapshotReport) => {
      assert.equal(report.contentBytes, content.length);
      throw snapshotErrors.truncated({ message: 'There is too little in it.' });
    };
    const message = await sealed(content);
    await fails(fetch(streamOf(message), { source: { judge } }), 'snapshot.truncated');
  });

  for (const at of ['the vault', 'the check'] as const) {
    it(`reads no further than a few megabytes ahead of ${at}`, async () => {
      const large = Buffer.alloc(48 << 20, 'x');
      const message = await sealed(large);
      let given = 0;
      const closed = gate();
      const fetching = fetch(
        streamOf(message, (bytes) => (given = bytes)),
        at === 'the check' ? { check: () => closed.pass() } : { vault: slow(closed) },
      );
      fetching.catch(() => undefined);
      assert.ok((await settled(() => given)) < 12 << 20, `${given} bytes were read`);
      closed.open();
      const { manifest } = await fetching;
      assert.equal(manifest.bytes, message.length);
      assert.equal(manifest.counts?.['Byte'], large.length);
    });
  }

  it('can be cancelled while the platform is silent, while the vault is slow and while it is checked', async () => {
    const message = await sealed(Buffer.alloc(16 << 20, 'x'));
    const closed = gate();
    const hangs = () => new Readable({ read: () => undefined });
    const ways: [string, () => Readable, Wishes][] = [
      ['silent from the beginning', hangs, {}],
      [
        'silent in the middle',
        () => {
          const stream = hangs();
          stream.push(message.subarray(0, PIECE));
          return stream;
        },
        {},
      ],
      ['a check that waits', () => streamOf(message), { check: () => closed.pass() }],
    ];
    for (const [way, stream, wishes] of ways) {
      const abort = new AbortController();
      let asked = false;
      const progress = () => void (asked = true);
      const context = { ...testContext(abort.signal), progress };
      const source = stream();
      const fetching = fetch(source, wishes, context);
      fetching.catch(() => undefined);
      await settled(() => Number(asked));
      abort.abort();
      await fails(fetching, 'core.cancelled');
      assert.ok(source.destroyed, way);
    }
  });

  it('leaves no listener behind for each piece', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    try {
      // A check that is slow, so that each piece has to wait.
      const check = () => new Promise<void>((resolve) => setTimeout(resolve, 3));
      await fetch(streamOf(await sealed(Buffer.alloc(16 << 20, 'x'))), { check });
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('warning', warn);
    }
    assert.deepEqual(warnings, []);
  });

  /** Takes nothing until the gate is open. */
  const slow = (closed: Gate) => (vault: Vault) => ({
    ...vault,
    location: vault.location,
    lock: vault.lock.bind(vault),
    create: async (options: Parameters<Vault['create']>[0]) => {
      const writer = await vault.create(options);
      return {
        file: writer.file,
        write: async (chunk: Uint8Array) => {
          await closed.pass();
          await writer.write(chunk);
        },
        commit: writer.commit.bind(writer),
        abort: writer.abort.bind(writer),
      };
    },
  });
});
