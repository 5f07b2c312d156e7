import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { formatByBytes } from '../../../../src/snapshots/byBytes';
import { detect } from '../../../../src/snapshots/detect';
import { fixture } from '../../../support/snapshots/fixtures';
import { formatById, formatOfFile } from '../../../../src/snapshots/formats';
import { PIECE_BYTES } from '../../../../src/snapshots/swarm/layout';
import { smallCluster, swarmArchive, tarWith } from '../../../support/snapshots/swarm';
import { checked, membersOf, packed } from '../../../support/snapshots/swarmDamage';
import type { OuterMember } from '../../../support/snapshots/swarmDamage';

describe('the check of a swarm archive', () => {
  let archive: Buffer;
  let members: OuterMember[];
  before(async () => {
    archive = await swarmArchive(await smallCluster());
    members = membersOf(archive);
  });
  const find = (name: string): OuterMember => {
    const found = members.find((member) => member.name === name);
    assert.ok(found, name);
    return found;
  };
  const changed = (name: string, change: (text: string) => string) =>
    packed(
      members.map((m) =>
        m.name === name ? { ...m, content: Buffer.from(change(m.content.toString())) } : m,
      ),
    );

  it('tells what is in a whole one', async () => {
    const { report, code, message } = await checked(archive);
    assert.equal(code, undefined, message);
    const head = createHash('sha256');
    for (const { name, content } of members) {
      if (/^(manifest|definitions|stacks)/.test(name)) head.update(content);
    }
    assert.deepEqual(report.identity, {
      id: 'swarm1',
      time: '2026-02-03T04:05:06.000Z',
      size: find('volumes/node1/data/tar.000001').content.length + 1536,
    });
    assert.deepEqual(report.servers, [{ id: 'n1', address: '10.0.0.1', voter: true }]);
    assert.deepEqual(report.counts, {
      Service: 1,
      Network: 1,
      Config: 1,
      Secret: 1,
      Node: 1,
      Volume: 2,
      File: 2,
    });
    assert.deepEqual(report.facts, {
      clusterId: 'swarm1',
      autolock: false,
      engineVersion: '20.10.24',
      apiVersion: '1.41',
      mode: 'live',
      parts: ['definitions', 'volumes'],
      left: [],
      headSha256: head.digest('hex'),
      contents: ['volumes/node1/data', 'volumes/node1/empty'].map((folder) => {
        const pieces = members.filter(({ name }) => name.startsWith(`${folder}/`));
        const tar = Buffer.concat(pieces.map(({ content }) => content));
        return `${createHash('sha256').update(tar).digest('hex')} ${tar.length} ${folder}`;
      }),
    });
    assert.equal(report.contentBytes, archive.length);
  });

  it('is the format of its ending and id', async () => {
    assert.equal((await formatById('swarm')).id, 'swarm');
    assert.equal(formatOfFile('a.swarm.tar.gpg'), 'swarm');
    assert.equal(formatOfFile('a.tar'), undefined);
  });

  it('is told by its bytes, where nothing else is known', async () => {
    assert.deepEqual(detect(archive), { id: 'swarm', title: 'Swarm backup' });
    assert.equal(detect(archive.subarray(0, 600)).id, 'swarm');
    assert.equal(detect(await tarWith([{ name: 'manifest.json', content: '{}' }])).id, 'tar');
    for (const chunk of [1, 1000, archive.length]) {
      const checker = formatByBytes(await formatById('consul')).checker();
      for (let at = 0; at < archive.length; at += chunk) {
        await checker.push(archive.subarray(at, at + chunk));
      }
      assert.equal((await checker.finish()).format, 'swarm');
    }
    const snap = formatByBytes(await formatById('swarm')).checker();
    await snap.push(fixture('consul-1.10-mixed.snap'));
    assert.equal((await snap.finish()).format, 'consul');
    const nothing = formatByBytes(await formatById('swarm')).checker();
    await assert.rejects(nothing.finish(), { code: 'snapshot.truncated' });
  });

  it('does not depend on how the bytes are cut', async () => {
    const whole = await checked(archive);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3000 }), async (size) => {
        assert.deepEqual(await checked(archive, size), whole);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses one that ends early, wherever', async () => {
    const cuts = members.flatMap(({ at, content }) => [
      at,
      at + 1,
      at + 512,
      at + 512 + (content.length >> 1),
    ]);
    cuts.push(archive.length - 1, archive.length - 512, archive.length - 1024);
    for (const cut of cuts) {
      const { code } = await checked(archive.subarray(0, cut));
      assert.equal(code, 'snapshot.truncated', `cut at ${cut}`);
    }
    assert.equal(
      (await checked(Buffer.concat([archive, Buffer.alloc(1)]))).code,
      'snapshot.trailingData',
    );
    assert.equal((await checked(Buffer.alloc(0))).code, 'snapshot.truncated');
  });

  it('notices every flipped bit', async () => {
    const meaningful = members.flatMap(({ at, content }) => [
      ...[0, 40, 100, 124, 136, 148, 156, 257].map((i) => at + i),
      ...[0, content.length >> 1, content.length - 1].map((i) => at + 512 + i),
    ]);
    for (const at of meaningful) {
      const bad = Buffer.from(archive);
      bad[at] = (bad[at] as number) ^ 1;
      const { code } = await checked(bad);
      assert.ok(code?.startsWith('snapshot.'), `bit at ${at}`);
    }
  });

  it('names what was changed where the sums were made to fit', async () => {
    const cases: [Buffer, string][] = [
      [await packed(members, false), ''],
      [await packed(members.slice(1)), 'missingMember'],
      [await packed(members.filter(({ name }) => name !== 'summary.json')), 'missingMember'],
      [await packed(members.filter(({ name }) => name !== 'SHA256SUMS')), 'missingMember'],
      [
        await packed(members.filter(({ name }) => !name.startsWith('volumes/node1/data'))),
        'missingMember',
      ],
      [
        await packed(members.filter(({ name }) => !name.startsWith('volumes/node1/empty'))),
        'missingMember',
      ],
      [await packed(members.filter(({ name }) => !name.includes('services/'))), 'countMismatch'],
      [await packed([...members.slice(0, 3), ...members.slice(2)]), 'duplicateMember'],
      [
        await packed([members[0], members.at(-4), ...members.slice(1)] as OuterMember[]),
        'countMismatch',
      ],
      [
        await packed([members[1], members[0], ...members.slice(2)] as OuterMember[]),
        'missingMember',
      ],
      [
        await changed('summary.json', (t) => t.replace('"files": 2', '"files": 3')),
        'countMismatch',
      ],
      [
        await changed('summary.json', (t) => t.replace(/"sha256": "./, '"sha256": "g')),
        'badSummary',
      ],
      [
        await changed('summary.json', (t) =>
          t.replace(/"sha256": "[0-9a-f]{64}/, `"sha256": "${'0'.repeat(64)}`),
        ),
        'badChecksum',
      ],
      [await changed('summary.json', () => '{'), 'badSummary'],
      [await changed('manifest.json', () => '{}'), 'badManifest'],
      [
        await changed('manifest.json', (t) =>
          t.replace('volumes/node1/data', 'volumes/node1/../..'),
        ),
        'badManifest',
      ],
      [
        await changed('definitions/networks/shop_net.json', (t) => t.replace('shop_net', 'other')),
        'badDefinition',
      ],
      [await changed('definitions/networks/shop_net.json', () => 'nonsense'), 'badDefinition'],
      ...(await Promise.all(
        [
          '../evil',
          '/etc/passwd',
          'stacks/../x',
          'definitions/networks/shop%5fnet.json',
          'notes.txt',
        ].map(async (name): Promise<[Buffer, string]> => [
          await packed([members[0] as OuterMember, { name, at: 0, content: Buffer.from('x') }]),
          /\.\.|^\//.test(name) ? 'unsafeMember' : 'unexpectedMember',
        ]),
      )),
      [
        await packed([
          {
            ...(members[0] as OuterMember),
            content: Buffer.alloc(0),
            header: { type: 'symlink', linkname: '/etc' },
          },
        ]),
        'unsafeMember',
      ],
    ];
    for (const [bytes, reason] of cases) {
      const { code, message } = await checked(bytes);
      assert.equal(code, reason === '' ? undefined : `snapshot.${reason}`, message);
    }
  });

  it('refuses wrong sums', async () => {
    const sums = find('SHA256SUMS').content.toString();
    for (const [text, reason] of [
      [sums.replace(/^.{64}/, '0'.repeat(64)), 'badChecksum'],
      [sums.split('\n').slice(1).join('\n'), 'badSums'],
      [sums.replace('manifest', 'manifast'), 'badSums'],
      ['', 'badSums'],
    ] as const) {
      const bad = members.map((m) =>
        m.name === 'SHA256SUMS' ? { ...m, content: Buffer.from(text) } : m,
      );
      assert.equal((await checked(await packed(bad, false))).code, `snapshot.${reason}`);
    }
  });

  it('refuses pieces that are missing, short or too long', async () => {
    const big = await swarmArchive({
      volumes: [
        {
          node: 'n',
          name: 'v',
          tar: await tarWith([{ name: 'big', content: Buffer.alloc(2 * PIECE_BYTES, 1) }]),
        },
      ],
    });
    assert.equal((await checked(big)).code, undefined);
    const all = membersOf(big);
    const [manifest, one, two, three, ...rest] = all as [
      OuterMember,
      OuterMember,
      OuterMember,
      OuterMember,
    ];
    const piece = (m: OuterMember, content: Buffer): OuterMember => ({ ...m, content });
    for (const [list, reason] of [
      [[manifest, one, three, ...rest], 'missingMember'],
      [[manifest, two, three, ...rest], 'missingMember'],
      [[manifest, one, three, two, ...rest], 'missingMember'],
      [[manifest, piece(one, one.content.subarray(0, -1)), two, three, ...rest], 'missingMember'],
      [
        [manifest, piece(one, Buffer.concat([one.content, two.content])), three, ...rest],
        'tooLarge',
      ],
      [[manifest, one, two, ...rest], 'truncated'],
    ] as const) {
      assert.equal((await checked(await packed([...list]))).code, `snapshot.${reason}`);
    }
  });

  it('tells what will not be restored, without calling it damaged', async () => {
    const tar = await tarWith([{ name: './dev', type: 'character-device' }]);
    const { report, code } = await checked(
      await swarmArchive({ volumes: [{ node: 'n', name: 'v', tar }] }),
    );
    assert.equal(code, undefined);
    assert.deepEqual(report.facts['refused'], [
      'snapshot.deviceNode: volumes/n/v holds the device "./dev".',
    ]);
  });

  it('tells what could be read of a damaged one', async () => {
    const cut = find('volumes/node1/data/tar.000001').at + 700;
    const { report } = await checked(archive.subarray(0, cut));
    assert.equal(report.counts['Service'], 1);
    assert.equal(report.identity.id, 'swarm1');
    assert.equal(report.stats.find(({ name }) => name === 'Volume')?.count, 1);
  });
});
