import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  membersOf,
  metaFor,
  metaJson,
  snapOf,
  sumsFor,
  tarOf,
  type TestMember,
} from '../../support/snapshots/archives';
import { read } from '../../support/snapshots/reading';
import { encode } from '../../support/snapshots/msgpack';
import { kv, mixedRecords, stateBin } from '../../support/snapshots/records';

const state = stateBin(mixedRecords());
const TAR_BLOCK = 512;

async function refusal(bytes: Buffer): Promise<string | undefined> {
  return (await read(bytes)).code;
}

async function packed(members: readonly TestMember[]): Promise<Buffer> {
  return gzipSync(await tarOf(members));
}

/** A snapshot with this in its state.bin and checksums that agree with it. */
async function refusalOfState(bytes: Buffer): Promise<string | undefined> {
  return refusal(await snapOf(bytes));
}

describe('a damaged snapshot is refused with its own error', () => {
  it('when it is cut anywhere', async () => {
    const whole = await snapOf(state);
    for (let length = 0; length < whole.length; length += length < 64 ? 1 : 37) {
      assert.equal(await refusal(whole.subarray(0, length)), 'snapshot.truncated', `at ${length}`);
    }
    assert.equal(await refusal(whole.subarray(0, -1)), 'snapshot.truncated');
  });

  it('when the archive inside is cut at any block, the gzip around it whole', async () => {
    const tar = await tarOf(membersOf(state));
    for (let length = 0; length < tar.length; length += TAR_BLOCK) {
      assert.equal(await refusal(gzipSync(tar.subarray(0, length))), 'snapshot.truncated');
    }
  });

  it('when the archive inside is cut within a block', async () => {
    const tar = await tarOf(membersOf(state));
    for (const length of [1, 511, 600, 1500, tar.length - 1]) {
      assert.equal(await refusal(gzipSync(tar.subarray(0, length))), 'snapshot.truncated');
    }
  });

  it('when a bit flipped in a member and the compression around it is whole', async () => {
    for (const index of [0, 1]) {
      const content = membersOf(state)[index]?.content ?? Buffer.alloc(0);
      for (let at = 0; at < content.length; at += Math.ceil(content.length / 60)) {
        const members = membersOf(state);
        const flipped = Buffer.from(content);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        members[index] = { name: members[index]?.name ?? '', content: flipped };
        assert.equal(await refusal(await packed(members)), 'snapshot.badChecksum', `byte ${at}`);
      }
    }
  });

  it('when a bit flipped in the list of checksums', async () => {
    const [meta, records, sums] = membersOf(state);
    assert.ok(meta && records && sums);
    const codes = new Set<string | undefined>();
    for (let at = 0; at < sums.content.length; at++) {
      const content = Buffer.from(sums.content);
      content[at] = (content[at] ?? 0) ^ 1;
      codes.add(await refusal(await packed([meta, records, { name: 'SHA256SUMS', content }])));
    }
    assert.deepEqual([...codes].sort(), ['snapshot.badChecksum', 'snapshot.badSums']);
  });

  it('when a bit flipped in a header of the archive', async () => {
    const tar = await tarOf(membersOf(state));
    for (let at = 0; at < TAR_BLOCK; at += 5) {
      const flipped = Buffer.from(tar);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      const code = await refusal(gzipSync(flipped));
      // The name and the type are read before anything else is made of them.
      assert.equal(code, 'snapshot.badTar', `byte ${at}`);
    }
  });

  it('when the compressed bytes are damaged', async () => {
    const whole = await snapOf(state);
    const content = gunzipSync(whole);
    const codes = new Set<string | undefined>();
    for (let at = 10; at < whole.length; at += 11) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 16;
      const { code, report } = await read(flipped);
      // A few bits of deflate mean nothing, or lead to the same content.
      if (report) assert.ok(gunzipSync(flipped).equals(content), `byte ${at}`);
      codes.add(code);
    }
    assert.ok(codes.has('snapshot.badGzip'));
  });

  it('when the checksum at the end of the compression is wrong', async () => {
    const whole = Buffer.from(await snapOf(state));
    whole[whole.length - 6] = (whole.at(-6) ?? 0) ^ 1;
    assert.equal(await refusal(whole), 'snapshot.badGzip');
  });

  it('when a member is missing', async () => {
    const members = membersOf(state);
    for (const [i, { name }] of members.entries()) {
      const { code, message } = await read(await packed(members.filter((_, j) => j !== i)));
      assert.equal(code, 'snapshot.missingMember');
      assert.ok(message?.includes(name));
    }
    assert.equal(await refusal(await packed([])), 'snapshot.missingMember');
  });

  it('when a member comes twice, or one too many', async () => {
    const members = membersOf(state);
    for (const member of members) {
      assert.equal(await refusal(await packed([...members, member])), 'snapshot.duplicateMember');
    }
    const extra = { name: 'notes.txt', content: Buffer.from('hello') };
    assert.equal(await refusal(await packed([...members, extra])), 'snapshot.unexpectedMember');
    assert.equal(await refusal(await packed([extra, ...members])), 'snapshot.unexpectedMember');
  });

  it('when a member leads out of the folder it is unpacked in, or is no file', async () => {
    const members = membersOf(state);
    const content = Buffer.from('x');
    const names = ['../evil', '/etc/evil', 'a/../../evil', '..\\evil', 'C:evil', '..'];
    const bad: TestMember[] = [
      ...names.map((name) => ({ name, content })),
      { name: 'state.bin', content, type: 'symlink', linkname: '/etc/passwd' },
      { name: 'state.bin', content, type: 'link', linkname: 'meta.json' },
      { name: 'elsewhere', content, type: 'symlink', linkname: '..' },
      { name: 'meta.json', content, type: 'directory' },
      { name: 'state.bin', content, type: 'fifo' },
      { name: `${'long/'.repeat(60)}../../evil`, content },
    ];
    for (const member of bad) {
      assert.equal(await refusal(await packed([member, ...members])), 'snapshot.unsafeMember');
    }
  });

  it('when bytes follow the archive, or the compression', async () => {
    const tar = await tarOf(membersOf(state));
    const more = [Buffer.from('x'), Buffer.alloc(512), Buffer.alloc(9216), tar.subarray(0, 1024)];
    for (const tail of more) {
      const code = await refusal(gzipSync(Buffer.concat([tar, tail])));
      assert.equal(code, 'snapshot.trailingData');
    }
    const snap = gzipSync(tar);
    const tails = [Buffer.from([0]), Buffer.alloc(4096), Buffer.from('x'), Buffer.from('<html>')];
    for (const tail of [...tails, snap, gzipSync('more')]) {
      for (const sizes of [[65_536], [snap.length, 1_000_000], [1]]) {
        const { code } = await read(Buffer.concat([snap, tail]), sizes);
        assert.equal(code, 'snapshot.trailingData', `${tail.length} bytes in ${sizes.join()}`);
      }
    }
  });

  it('when it is something else altogether', async () => {
    for (const text of ['No cluster leader', '<html></html>', '{"error":1}', 'x'.repeat(9e5)]) {
      assert.equal(await refusal(Buffer.from(text)), 'snapshot.notGzip');
    }
    assert.equal(await refusal(await tarOf(membersOf(state))), 'snapshot.notGzip');
    assert.equal(
      await refusal(gzipSync('a text that is no archive'.repeat(99))),
      'snapshot.badTar',
    );
  });

  it('when meta.json is not what Raft writes', async () => {
    const bad = ['', '{', '[]', 'null', '"text"', '{"Version":1}', '{"Version":-1}', '\xff\xfe'];
    const metas: Buffer[] = [
      ...bad.map((text) => Buffer.from(text, 'latin1')),
      Buffer.alloc(5000, '['),
    ];
    const wrong = { Size: -1 };
    metas.push(metaJson(metaFor(state, wrong)), metaJson(metaFor(state, { Index: 2n ** 64n })));
    for (const meta of metas) {
      assert.equal(await refusal(await packed(membersOf(state, meta))), 'snapshot.badMeta');
    }
  });

  it('when the size in meta.json is not the size there is', async () => {
    assert.equal(
      await refusal(await snapOf(state, { Size: state.length - 1 })),
      'snapshot.sizeMismatch',
    );
    const tail = Buffer.from([16, 0xc0]);
    const meta = metaJson(metaFor(state));
    const longer = membersOf(Buffer.concat([state, tail]), meta);
    assert.equal(await refusal(await packed(longer)), 'snapshot.sizeMismatch');
  });

  it('when a checksum file is malformed, lists too little or too much', async () => {
    const [meta, records, sums] = membersOf(state);
    assert.ok(meta && records && sums);
    const good = sums.content.toString();
    const bad = ['', '\n', good.replaceAll('  ', ' '), sumsFor([meta]).toString(), `${good}\n`];
    bad.push(good + sumsFor([{ name: 'other', content: meta.content }]).toString());
    for (const text of bad) {
      const member = { name: 'SHA256SUMS', content: Buffer.from(text) };
      assert.equal(await refusal(await packed([meta, records, member])), 'snapshot.badSums');
    }
  });

  it('when small members are large', async () => {
    for (const name of ['meta.json', 'SHA256SUMS']) {
      const content = Buffer.alloc(1024 * 1024 + 1, ' ');
      assert.equal(await refusal(await packed([{ name, content }])), 'snapshot.tooLarge');
    }
  });

  it('when a record is cut, or states lengths that lead nowhere', async () => {
    const header = stateBin([]);
    const bad: Record<string, Buffer> = {
      'cut in a record': state.subarray(0, -3),
      'a type byte alone': Buffer.concat([header, Buffer.from([2])]),
      'a raw of 4 GB': hex(header, '02dbffffffff61'),
      'a bin of 4 GB': hex(header, '02c6ffffffff61'),
      'a map of 4 billion': hex(header, '02dfffffffff'),
      'an array of 4 billion': hex(header, '06ddffffffff01'),
      'a map one pair too long': hex(header, '0282a14b01'),
      'an extension of 4 GB': hex(header, '02c9ffffffff01'),
      'a cut float': hex(header, '02cb00'),
      'the byte that is never used': hex(header, '02c1'),
      'a nesting of 100,000': Buffer.concat([
        header,
        Buffer.from([2]),
        Buffer.alloc(1e5, 0x91),
        Buffer.from([1]),
      ]),
      'a key record without key': Buffer.concat([header, Buffer.from([2]), encode({ Value: 'x' })]),
      'a key record that is none': Buffer.concat([header, Buffer.alloc(1e6, 2)]),
      'a million zeros': Buffer.concat([header, Buffer.alloc(1e6)]),
      'no header': state.subarray(12),
      'nothing at all': Buffer.alloc(0),
    };
    for (const [what, bytes] of Object.entries(bad)) {
      const { code, message } = await read(await snapOf(bytes));
      assert.equal(code, 'snapshot.badRecord', what);
      // Said at once, not when the bytes run out.
      if (/ of 4 /.test(what)) assert.match(message ?? '', /states \d+ bytes where only/, what);
    }
  });

  it('when it is nested deeper than anything Consul writes', async () => {
    const nested = (levels: number) =>
      Buffer.concat([stateBin([]), Buffer.from([50]), Buffer.alloc(levels, 0x91), Buffer.of(1)]);
    assert.equal(await refusalOfState(nested(64)), undefined);
    for (const levels of [65, 1_000_000]) {
      const { code, message } = await read(await snapOf(nested(levels)));
      assert.equal(code, 'snapshot.badRecord');
      assert.match(message ?? '', /nested/);
    }
  });

  it('when it was written by another product', async () => {
    const vault = Buffer.concat(
      ['core/audit', 'logical/1'].map((key) => {
        const entry = Buffer.concat([
          Buffer.from([0x0a, key.length]),
          Buffer.from(key),
          Buffer.from([0x12, 1, 7]),
        ]);
        return Buffer.concat([Buffer.from([entry.length]), entry]);
      }),
    );
    const nomad = Buffer.concat([Buffer.from([0x80, 0]), encode({ ID: 'node', Name: 'n' })]);
    for (const bytes of [vault, nomad]) {
      for (const sizes of [[65_536], [1]]) {
        const { code } = await read(await snapOf(bytes), sizes);
        assert.equal(code, 'snapshot.otherProduct');
      }
    }
    const sealed = { name: 'SHA256SUMS.sealed', content: Buffer.from('x') };
    const members = [...membersOf(state), sealed];
    assert.equal(await refusal(await packed(members)), 'snapshot.otherProduct');
  });

  it('but what could be read is still there', async () => {
    const records = Array.from({ length: 3000 }, (_, i) => kv(`key/${i}`, `value ${i * 7919}`));
    const whole = await snapOf(stateBin(records));
    const cut = await read(whole.subarray(0, whole.length / 2));
    assert.equal(cut.partial.identity.index, 42);
    assert.ok((cut.partial.counts.KVS ?? 0) > 1000);

    const flipped = Buffer.from(whole);
    const half = Math.floor(whole.length / 2);
    flipped.fill(0xff, half, half + 20);
    const damaged = await read(flipped);
    assert.equal(damaged.code, 'snapshot.badGzip');
    assert.ok((damaged.partial.counts.KVS ?? 0) > 500);
  });
});

function hex(header: Buffer, text: string): Buffer {
  return Buffer.concat([header, Buffer.from(text, 'hex')]);
}
