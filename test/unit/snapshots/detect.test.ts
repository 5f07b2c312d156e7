import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DETECT_HEAD_BYTES, detect, detectFile } from '../../../src/snapshots/detect';
import { membersOf, metaFor, metaJson, snapOf, tarOf } from '../../support/snapshots/archives';
import { fixture } from '../../support/snapshots/fixtures';
import { encode } from '../../support/snapshots/msgpack';
import { mixedRecords, stateBin } from '../../support/snapshots/records';

const consul = stateBin(mixedRecords());
const nomad = Buffer.concat([Buffer.from([0x80, 0]), encode({ ID: 'node', Name: 'n' })]);
const oldNomad = Buffer.concat([Buffer.from([0x80, 5]), encode([{ Index: 1, Time: 'x' }])]);
const entry = Buffer.concat([
  Buffer.from([0x0a, 10]),
  Buffer.from('core/audit'),
  Buffer.from([0x12, 1, 7]),
]);
const vault = Buffer.concat([Buffer.from([entry.length]), entry]);

const idOf = (bytes: Buffer, name?: string) =>
  detect(bytes.subarray(0, DETECT_HEAD_BYTES), name).id;

describe('what a file is', () => {
  it('tells the snapshots of several products apart', async () => {
    assert.equal(idOf(fixture('consul-1.10-mixed.snap')), 'consul');
    assert.equal(idOf(fixture('consul-1.8-minimal.snap')), 'consul');
    assert.equal(idOf(await snapOf(consul)), 'consul');
    assert.equal(idOf(await snapOf(nomad)), 'nomad');
    assert.equal(idOf(await snapOf(oldNomad)), 'nomad');
    assert.equal(idOf(await snapOf(vault)), 'vault');
    const sealed = { name: 'SHA256SUMS.sealed', content: Buffer.from('x') };
    assert.equal(idOf(gzipSync(await tarOf([...membersOf(Buffer.from('?')), sealed]))), 'vault');
    assert.equal(idOf(await snapOf(Buffer.from('something else'))), 'raft');
    assert.equal(detect(await snapOf(nomad)).title, 'Nomad snapshot');
  });

  it('needs little of a file, and takes damage behind it', async () => {
    const snap = await snapOf(consul);
    assert.equal(idOf(snap.subarray(0, 1024)), 'consul');
    assert.equal(idOf(Buffer.concat([snap.subarray(0, 900), Buffer.alloc(5000, 0xff)])), 'consul');
    const servers = Array.from({ length: 900 }, (_, i) => ({
      Suffrage: 0,
      ID: `${i * 7919}`,
      Address: `10.0.0.${i}`,
    }));
    const meta = metaJson(metaFor(consul, { Configuration: { Servers: servers } }));
    assert.equal(idOf(gzipSync(await tarOf(membersOf(consul, meta)))), 'consul');
  });

  it('recognises state.bin of a Raft folder', () => {
    assert.equal(idOf(consul), 'consulState');
    assert.equal(idOf(nomad, 'state.bin'), 'nomadState');
    assert.equal(idOf(vault, 'State.bin'), 'vaultState');
    assert.equal(idOf(nomad, 'picture.bin'), 'unknown');
  });

  it('recognises OpenPGP messages, binary and armoured', () => {
    // What gpg --symmetric and gpg --encrypt begin with, and a new-format packet.
    for (const head of ['8c0d04090302', '85010c03', 'c30d04090308', 'c14c03']) {
      assert.equal(idOf(Buffer.from(`${head}${'00'.repeat(20)}`, 'hex')), 'openpgp', head);
    }
    assert.equal(idOf(Buffer.from('-----BEGIN PGP MESSAGE-----\n\n')), 'openpgp');
  });

  it('names plain archives, and claims nothing it does not know', async () => {
    const members = [{ name: 'hello.txt', content: Buffer.from('hello') }];
    assert.equal(idOf(await tarOf(members)), 'tar');
    assert.equal(idOf(gzipSync(await tarOf(members))), 'gzip');
    assert.equal(idOf(gzipSync('text')), 'gzip');
    assert.equal(idOf(Buffer.from([0x1f, 0x8b])), 'gzip');
    for (const text of [
      '',
      '{"a":1}',
      '<html>',
      'PK\x03\x04',
      '\x89PNG',
      '-----BEGIN PGP PUBLIC KEY BLOCK-----',
    ]) {
      assert.equal(idOf(Buffer.from(text, 'latin1')), 'unknown', text);
    }
    assert.equal(idOf(Buffer.alloc(5000, 0xff)), 'unknown');
    assert.equal(idOf(gzipSync(Buffer.alloc(30_000_000))), 'gzip');
  });

  it('reads only the head of a file on disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'detect-'));
    try {
      await writeFile(join(folder, 'state.bin'), nomad);
      assert.equal((await detectFile(join(folder, 'state.bin'))).id, 'nomadState');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
