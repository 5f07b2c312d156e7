import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { formatByBytes } from '../../../../src/snapshots/byBytes';
import { detect } from '../../../../src/snapshots/detect';
import { formatById, formatOfFile } from '../../../../src/snapshots/formats';
import { UcpChecker } from '../../../../src/snapshots/ucp/checker';
import { NODE_KEY, SERVER_KEY } from '../../../../src/snapshots/ucp/layout';
import { fixture } from '../../../support/snapshots/fixtures';
import { smallCluster, swarmArchive, tarWith } from '../../../support/snapshots/swarm';
import {
  certificate,
  checkedUcp,
  KEY,
  ucpArchive,
  ucpMembers,
} from '../../../support/snapshots/ucp';
import type { Member } from '../../../support/snapshots/ucp';

const isFile = ({ type }: Member) => type === undefined || type === 'file';
const without = (...names: string[]) =>
  tarWith(ucpMembers().filter(({ name }) => !names.includes(name.slice(2))));
const plus = (...members: Member[]) => tarWith([...ucpMembers(), ...members]);

describe('the check of a UCP or MKE backup', () => {
  let archive: Buffer;
  before(async () => {
    archive = await ucpArchive();
  });

  it('tells what is in a whole one', async () => {
    const { checker, report, code, message } = await checkedUcp(archive);
    assert.equal(code, undefined, message);
    const files = ucpMembers().filter(isFile);
    const bytes = files.reduce((sum, { content = '' }) => sum + content.length, 0);
    assert.equal(report.format, 'ucp');
    assert.match(report.identity.id ?? '', /^[0-9a-f]{64}$/);
    assert.equal(report.identity.size, bytes);
    assert.equal(report.totalSize, bytes);
    assert.equal(report.contentBytes, archive.length);
    assert.deepEqual(report.counts, { Volume: 12, File: files.length, Certificate: 14 });
    assert.deepEqual(
      report.stats.find(({ name }) => name === 'ucp-controller-server-certs'),
      {
        name: 'ucp-controller-server-certs',
        count: 3,
        sum: certificate('ca').length + certificate('server').length + KEY.length,
      },
    );
    assert.deepEqual(report.facts, {
      sans: ['ucp.example.org', 'manager1', '10.0.0.1', 'fd00::1', '*.example.org'],
      ca: [certificate('ca')],
      rule: 'current',
      sound: true,
      files: files.length,
    });
    assert.deepEqual(checker.rule, {
      id: 'current',
      files: files.length,
      needed: 27,
      missing: [],
      holds: true,
    });
    assert.ok(checker.volumes.every(({ whole }) => whole));
    assert.ok(!JSON.stringify(report).includes('PRIVATE'));
  });

  it('reads the certificates, soonest to expire first', async () => {
    const { checker } = await checkedUcp(archive);
    const all = checker.certificates.sorted();
    assert.equal(all.length, 14);
    assert.deepEqual(all[0], {
      path: 'ucp-auth-api-certs/cert.pem',
      subject: 'O=Docker, CN=auth-api',
      issuer: 'O=Docker, CN=UCP Client Root CA',
      names: [],
      notBefore: '2025-02-01T00:00:00.000Z',
      notAfter: '2025-05-01T00:00:00.000Z',
      isCa: false,
    });
    const server = all.find(({ path }) => path === 'ucp-controller-server-certs/cert.pem');
    assert.equal(server?.notAfter, '2044-01-01T00:00:00.000Z');
    assert.equal(all.at(-1)?.isCa, true);
  });

  it('takes chains, and counts what is no certificate', async () => {
    const chain = certificate('server') + KEY + certificate('ca');
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const { checker, report, code } = await checkedUcp(
      await plus(
        { name: './ucp-kv-certs/chain.pem', content: chain },
        { name: './ucp-kv-certs/broken.crt', content: broken },
        { name: './ucp-kv-certs/large.pem', content: certificate('ca').padEnd(65_537) },
        { name: './ucp-kv-certs/fits.pem', content: certificate('ca').padStart(65_536) },
      ),
      333,
    );
    assert.equal(code, undefined);
    const paths = checker.certificates.found.map(({ path }) => path);
    assert.equal(paths.filter((path) => path.endsWith('chain.pem')).length, 2);
    assert.ok(!paths.includes('ucp-kv-certs/large.pem'));
    assert.ok(paths.includes('ucp-kv-certs/fits.pem'));
    assert.deepEqual(report.facts['unreadableCertificates'], ['ucp-kv-certs/broken.crt']);
  });

  it('keeps a bounded number of certificates', async () => {
    const many = certificate('expired').repeat(60);
    const members = Array.from({ length: 50 }, (_, i) => ({
      name: `./ucp-kv-certs/${i}.pem`,
      content: many,
    }));
    const { checker, code } = await checkedUcp(await plus(...members));
    assert.equal(code, undefined);
    assert.equal(checker.certificates.found.length, 2000);
  });

  it('asks for what the current rule names', async () => {
    const noKey = await checkedUcp(await without(SERVER_KEY));
    assert.equal(noKey.code, 'snapshot.ucpUnsound');
    assert.match(noKey.message ?? '', /ucp-controller-server-certs\/key\.pem is missing or empty/);
    assert.deepEqual(noKey.checker.rule.missing, [SERVER_KEY]);
    const empty = ucpMembers().map((member) =>
      member.name === `./${SERVER_KEY}` ? { ...member, content: '' } : member,
    );
    assert.equal((await checkedUcp(await tarWith(empty))).code, 'snapshot.ucpUnsound');
    const files = ucpMembers().filter(isFile);
    const key = files.findIndex(({ name }) => name.endsWith(SERVER_KEY));
    const some = (count: number) =>
      tarWith([files[key] as Member, ...files.filter((_, i) => i !== key).slice(0, count - 1)]);
    assert.equal((await checkedUcp(await some(27))).code, undefined);
    const few = await checkedUcp(await some(26));
    assert.equal(few.code, 'snapshot.ucpUnsound');
    assert.match(few.message ?? '', /it has 26 of at least 27 files/);
    assert.equal(few.report.facts['files'], 26);
    assert.equal(few.report.facts['sound'], false);
  });

  it('asks for what the older rule names, where an older version wrote it', async () => {
    const whole = await checkedUcp(await ucpArchive('older'));
    assert.equal(whole.code, undefined, whole.message);
    assert.deepEqual([whole.report.facts['rule'], whole.report.facts['sound']], ['older', true]);
    assert.equal(whole.checker.rule.needed, 101);
    const members = ucpMembers('older');
    const noKey = await tarWith(members.filter(({ name }) => !name.endsWith(NODE_KEY)));
    const failed = await checkedUcp(noKey);
    assert.equal(failed.code, 'snapshot.ucpUnsound');
    assert.match(failed.message ?? '', /UCP up to 3\.1: ucp-node-certs\/key\.pem/);
    const few = await tarWith(members.filter(({ name }) => !/data\/(1|2)/.test(name)));
    const { code, message } = await checkedUcp(few);
    assert.equal(code, 'snapshot.ucpUnsound');
    assert.match(message ?? '', /of at least 101 files/);
  });

  it('takes a volume that 3.2 may back up or leave out for no sign of an older version', async () => {
    for (const volume of ['ucp-node-certs', 'ucp-metrics-data']) {
      const one = ucpMembers('older')
        .filter(({ name }) => name.startsWith(`./${volume}/`))
        .slice(0, 4);
      const { code, report } = await checkedUcp(await plus(...one));
      assert.equal(code, undefined, volume);
      assert.equal(report.facts['rule'], 'current');
    }
  });

  it('does not depend on how the bytes are cut', async () => {
    const { report } = await checkedUcp(archive);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), async (size) => {
        assert.deepEqual((await checkedUcp(archive, size)).report, report);
      }),
      { numRuns: 40 },
    );
  });

  it('has another identity where anything of its structure is another', async () => {
    const id = async (bytes: Buffer) => (await checkedUcp(bytes)).report.identity.id;
    const first = await id(archive);
    assert.equal(await id(await ucpArchive()), first);
    const other = await plus({ name: './ucp-kv/more', content: 'x' });
    const later = await tarWith([
      ...ucpMembers(),
      { name: './ucp-kv/more', content: 'x', mtime: new Date(0) },
    ]);
    assert.equal(new Set([first, await id(other), await id(later)]).size, 3);
  });

  it('refuses one that ends early, wherever', async () => {
    const end = archive.length - 1024;
    const cuts = Array.from({ length: 200 }, (_, i) => Math.floor((end * i) / 200));
    for (const cut of [...cuts, 1, 511, 512, 513, end, end + 1, end + 512, archive.length - 1]) {
      const { code, checker, report } = await checkedUcp(archive.subarray(0, cut));
      assert.equal(report.facts['sound'], false);
      assert.equal(code, 'snapshot.truncated', `cut at ${cut}`);
      const open = checker.volumes.filter(({ whole }) => !whole);
      assert.equal(open.length, checker.volumes.length > 0 ? 1 : 0, `cut at ${cut}`);
    }
  });

  it('takes zeros behind the end, and nothing else', async () => {
    const filled = Buffer.concat([archive, Buffer.alloc(20 * 512)]);
    assert.equal((await checkedUcp(filled)).code, undefined);
    assert.equal((await checkedUcp(filled, 700)).code, undefined);
    const more = Buffer.concat([archive, Buffer.alloc(512), Buffer.alloc(512, 7)]);
    assert.equal((await checkedUcp(more)).code, 'snapshot.trailingData');
    // As a terminal or a container's log would leave it.
    const twice = Buffer.concat([archive, archive]);
    assert.equal((await checkedUcp(twice)).code, 'snapshot.trailingData');
  });

  it('notices a damaged header', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(ucpMembers().length - 1), fc.nat(156), async (member, byte) => {
        const bad = Buffer.from(archive);
        let at = 0;
        for (const { content = '' } of ucpMembers().slice(0, member)) {
          at += 512 + Math.ceil(content.length / 512) * 512;
        }
        bad[at + byte] = (bad[at + byte] as number) ^ 1;
        assert.match((await checkedUcp(bad)).code ?? '', /^snapshot\.(badTar|notUcp)$/);
      }),
      { numRuns: 100 },
    );
  });

  it('says what a file is that is no such backup', async () => {
    const cases: [string, Buffer, RegExp][] = [
      ['a swarm backup', await swarmArchive(await smallCluster()), /it is a Swarm backup/],
      ['a Consul snapshot', fixture('consul-1.10-mixed.snap'), /it is a Consul snapshot/],
      ['a packed one', gzipSync(archive), /it is a gzip file/],
      [
        'an OpenPGP message',
        Buffer.from([0x8c, 13, 4, 9, 3, 8, ...new Uint8Array(600).fill(7)]),
        /OpenPGP/,
      ],
      ['text', Buffer.from('hello\n'.repeat(500)), /a file of an unknown kind/],
      [
        'another tar',
        await tarWith([{ name: 'etc/hosts', content: 'x' }]),
        /begins with "etc\/hosts"/,
      ],
      [
        'a tar of a folder',
        await tarWith([{ name: 'etc/', type: 'directory' }]),
        /without any volume/,
      ],
      ['an empty tar', Buffer.alloc(10_240), /without any volume/],
    ];
    for (const [name, bytes, message] of cases) {
      for (const size of [1, 4096, 1 << 20]) {
        const checked = await checkedUcp(bytes, size);
        assert.equal(checked.code, 'snapshot.notUcp', `${name}: ${checked.code}`);
        assert.match(checked.message ?? '', message, name);
        assert.equal(checked.report.identity.id, undefined);
      }
    }
    assert.equal((await checkedUcp(Buffer.alloc(0))).code, 'snapshot.truncated');
  });

  it('refuses what must not be put back', async () => {
    const cases: [string, Member[], string][] = [
      ['a device', [{ name: './ucp-kv/sda', type: 'block-device' }], 'deviceNode'],
      ['a path that leads up', [{ name: './ucp-kv/../../etc/passwd' }], 'escapes'],
      ['an absolute path', [{ name: '/ucp-kv/x' }], 'escapes'],
      [
        'a file through a link',
        [
          { name: './ucp-kv/out', type: 'symlink', linkname: '/etc' },
          { name: './ucp-kv/out/passwd' },
        ],
        'escapes',
      ],
      [
        'a hard link that leads out',
        [{ name: './ucp-kv/h', type: 'link', linkname: '../x' }],
        'escapes',
      ],
      [
        'a volume that is a link',
        [{ name: './ucp-x', type: 'symlink', linkname: '/' }],
        'unexpectedMember',
      ],
      ['a file beside the volumes', [{ name: './README', content: 'x' }], 'unexpectedMember'],
      ['a name that is too long', [{ name: `./ucp-kv/${'n'.repeat(300)}` }], 'badName'],
      [
        'volumes without end',
        Array.from({ length: 1001 }, (_, i) => ({ name: `./ucp-v${i}/x` })),
        'bomb',
      ],
    ];
    for (const [name, members, code] of cases) {
      const checked = await checkedUcp(await plus(...members), 1000);
      assert.equal(checked.code, `snapshot.${code}`, `${name}: ${checked.code} ${checked.message}`);
    }
  });

  it('takes links and pipes as real volumes have them', async () => {
    const { code, message } = await checkedUcp(
      await plus(
        { name: './ucp-kv/current', type: 'symlink', linkname: '/var/lib/x' },
        { name: './ucp-kv/second', type: 'link', linkname: './ucp-kv/data/0' },
        { name: './ucp-kv/pipe', type: 'fifo' },
        { name: './custom-volume/file', content: 'x' },
      ),
    );
    assert.equal(code, undefined, message);
  });

  it('ends when it is told to', async () => {
    const checker = new UcpChecker();
    await checker.push(archive.subarray(0, 5000));
    checker.destroy();
    await assert.rejects(checker.push(archive.subarray(5000)), { code: 'core.cancelled' });
    await assert.rejects(checker.finish(), { code: 'core.cancelled' });
  });
});

describe('what tells a UCP or MKE backup', () => {
  it('is its ending and id', async () => {
    assert.equal((await formatById('ucp')).id, 'ucp');
    assert.equal(formatOfFile('a.ucp.tar'), 'ucp');
    assert.equal(formatOfFile('a.UCP.tar.gpg'), 'ucp');
    assert.equal(formatOfFile('a.tar'), undefined);
  });

  it('is how it begins', async () => {
    const archive = await ucpArchive();
    const ucp = { id: 'ucp', title: 'UCP or MKE backup' };
    assert.deepEqual(detect(archive), ucp);
    // The product's tar may have `./` before the first volume, or not; with extended headers, or not.
    const bare = ucpMembers().filter(isFile);
    assert.deepEqual(detect(await tarWith(bare)), ucp);
    assert.deepEqual(
      detect(await tarWith(bare.map((m) => ({ ...m, name: m.name.slice(2) })))),
      ucp,
    );
    const pax = ucpMembers().map((m) => ({ ...m, pax: { comment: 'x'.repeat(700) } }));
    assert.deepEqual(detect(await tarWith(pax)), ucp);
    assert.equal(detect(await tarWith([{ name: 'other/ucp-kv/x', content: 'x' }])).id, 'tar');
    assert.equal(detect(await tarWith([{ name: './', type: 'directory' }])).id, 'tar');
    assert.equal(detect(archive.subarray(0, 512)).id, 'tar');
  });

  it('is found out while bytes come, whatever was assumed', async () => {
    const archive = await ucpArchive();
    const pax = await tarWith(
      ucpMembers().map((m) => ({ ...m, pax: { comment: 'x'.repeat(700) } })),
    );
    const formatOf = async (bytes: Buffer, assumed: string, size: number) => {
      const checker = formatByBytes(await formatById(assumed)).checker();
      for (let at = 0; at < bytes.length; at += size) {
        await checker.push(bytes.subarray(at, at + size));
      }
      return (await checker.finish()).format;
    };
    for (const size of [1, 1000, 1 << 20]) {
      for (const assumed of ['consul', 'swarm', 'ucp']) {
        assert.equal(await formatOf(archive, assumed, size), 'ucp');
        assert.equal(await formatOf(pax, assumed, size), 'ucp');
      }
      assert.equal(await formatOf(await swarmArchive(await smallCluster()), 'ucp', size), 'swarm');
      assert.equal(await formatOf(fixture('consul-1.10-mixed.snap'), 'ucp', size), 'consul');
    }
    const other = await tarWith([{ name: 'etc/hosts', content: 'x' }]);
    await assert.rejects(formatOf(other, 'ucp', 512), { code: 'snapshot.notUcp' });
    await assert.rejects(formatOf(other, 'consul', 512), { code: 'snapshot.unexpectedMember' });
  });
});
