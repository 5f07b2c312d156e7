import assert from 'node:assert/strict';
import { isClusterBackupError } from '../../../../src/core/errors';
import type { SnapshotReport } from '../../../../src/core/ports';
import { formatByBytes } from '../../../../src/snapshots/byBytes';
import { detect } from '../../../../src/snapshots/detect';
import { formatById, formatOfFile } from '../../../../src/snapshots/formats';
import { MarathonChecker } from '../../../../src/snapshots/marathon/checker';
import type { MarathonTree } from '../../../../src/snapshots/marathon/layout';
import { exportText, objectText, treeText } from '../../../../src/snapshots/marathon/tree';

const TREE: MarathonTree = {
  id: '/',
  apps: [{ id: '/hello', cmd: 'sleep 1', cpus: 0.1, env: { WORDS: 'a "quoted" { brace' } }],
  groups: [
    {
      id: '/shop',
      apps: [
        { id: '/shop/web', instances: 3 },
        { id: '/shop/api', constraints: [['b'], ['a']] },
      ],
      pods: [{ id: '/shop/cache' }],
    },
  ],
};
const ABOUT = {
  takenAt: '2026-03-02T21:04:11.836Z',
  address: 'https://dcos.example.com',
  dcosVersion: '2.1.0',
  marathonVersion: '1.10.17',
};
const TEXT = exportText(TREE, ABOUT);

/** @param size of the chunks, in bytes */
async function check(
  bytes: Uint8Array | string,
  size = Infinity,
  checker = new MarathonChecker(),
): Promise<SnapshotReport> {
  const whole = Buffer.from(bytes);
  for (let at = 0; at < whole.length; at += size) {
    await checker.push(whole.subarray(at, Math.min(whole.length, at + size)));
  }
  return checker.finish();
}

async function refused(bytes: Uint8Array | string, code: string, message?: RegExp): Promise<void> {
  await assert.rejects(check(bytes), (error: unknown) => {
    assert.ok(isClusterBackupError(error), String(error));
    assert.equal(error.code, `snapshot.${code}`, error.message);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  });
}

/** The text with something else in it, its checksum made anew by whoever changed it. */
const changed = (change: (document: Record<string, unknown>) => void): string => {
  const document = JSON.parse(TEXT) as Record<string, unknown>;
  change(document);
  return JSON.stringify(document);
};

describe('Export of Marathon’s groups: check', () => {
  it('takes a whole one in pieces of any size and tells what is in it', async () => {
    for (const size of [1, 7, 4096, Infinity]) {
      const report = await check(TEXT, size);
      assert.deepEqual(report.counts, { Group: 2, App: 3, Pod: 1 });
      assert.equal(report.identity.time, ABOUT.takenAt);
      assert.equal(report.contentBytes, Buffer.byteLength(TEXT));
      assert.equal(
        report.totalSize,
        report.stats.reduce((sum, row) => sum + row.sum, 0),
      );
      const { takenAt: _takenAt, ...facts } = ABOUT;
      assert.deepEqual(report.facts, facts);
    }
  });

  it('is the same text whatever order Marathon tells things in', () => {
    const turned: MarathonTree = {
      groups: [
        {
          pods: [{ id: '/shop/cache' }],
          apps: [
            { constraints: [['b'], ['a']], id: '/shop/api' },
            { instances: 3, id: '/shop/web' },
          ],
          id: '/shop',
        },
      ],
      apps: [{ env: { WORDS: 'a "quoted" { brace' }, cpus: 0.1, cmd: 'sleep 1', id: '/hello' }],
      id: '/',
    };
    assert.equal(exportText(turned, ABOUT), TEXT);
    // Lists that are no groups, apps or pods mean their order.
    const other = structuredClone(TREE);
    const [, api] = other.groups?.[0]?.apps ?? [];
    if (api !== undefined) api['constraints'] = [['a'], ['b']];
    assert.notEqual(treeText(other), treeText(TREE));
  });

  it('gives the text of a group, an app or a pod', () => {
    assert.equal(objectText(TREE, 'marathonGroup//'), treeText(TREE));
    assert.match(objectText(TREE, 'marathonGroup//shop') ?? '', /"\/shop\/cache"/);
    assert.equal(
      objectText(TREE, 'marathonApp//shop/web'),
      '{\n  "id": "/shop/web",\n  "instances": 3\n}\n',
    );
    assert.match(objectText(TREE, 'marathonPod//shop/cache') ?? '', /cache/);
    assert.equal(objectText(TREE, 'marathonApp//shop/cache'), undefined);
  });

  it('says of every cut that the end is missing', async () => {
    const bytes = Buffer.from(TEXT);
    const head = TEXT.indexOf('"version"');
    // The line feed at the very end is not missed.
    for (let length = head; length < bytes.length - 2; length++) {
      await refused(bytes.subarray(0, length), 'truncated');
    }
    await refused(TEXT.slice(0, 10), 'notMarathon');
    await refused('', 'notMarathon', /empty/);
  });

  it('says of a changed byte that the checksum fails', async () => {
    await refused(TEXT.replace('sleep 1', 'sleep 2'), 'badChecksum');
    await refused(TEXT.replace(/"sha256": "./, '"sha256": "!'), 'badExport', /sha256/);
  });

  it('refuses what is no JSON, no UTF-8, or has something behind it', async () => {
    await refused(`${TEXT}{}`, 'badExport', /no JSON/);
    await refused(TEXT.replace('"cmd":', '"cmd"'), 'badExport', /no JSON/);
    const bytes = Buffer.from(TEXT);
    bytes[TEXT.indexOf('sleep')] = 0xff;
    await refused(bytes, 'badExport', /UTF-8/);
  });

  it('refuses other forms, and says where', async () => {
    await refused(
      changed((one) => (one['version'] = 2)),
      'badExport',
      /version/,
    );
    await refused(
      changed((one) => (one['more'] = 1)),
      'badExport',
    );
    await refused(
      changed((one) => (one['groups'] = [])),
      'badExport',
      /groups/,
    );
    await refused(
      changed((one) => (one['groups'] = { id: '/', apps: [{ cmd: 'no id' }] })),
      'badExport',
      /groups\.apps\.0\.id/,
    );
    await refused(
      changed((one) => (one['groups'] = { id: '/', apps: [{ id: '/a' }, { id: '/a' }] })),
      'badExport',
      /marathonApp\/\/a is in it twice/,
    );
  });

  it('refuses what is nested without an end, and does not fall', async () => {
    const deep = (levels: number) =>
      TEXT.replace('"sleep 1"', '['.repeat(levels) + ']'.repeat(levels));
    await refused(deep(200), 'badExport', /nested/);
    await refused(deep(200_000), 'badExport');
    let group: MarathonTree = { id: '/' };
    for (let level = 0; level < 500; level++) group = { id: '/', groups: [group] };
    await refused(
      changed((one) => (one['groups'] = group)),
      'badExport',
      /nested/,
    );
  });

  it('takes no more than its limit, and keeps nothing of what was too much', async () => {
    const checker = new MarathonChecker(1000);
    await checker.push(Buffer.alloc(600));
    await assert.rejects(checker.push(Buffer.alloc(600)), { code: 'snapshot.tooLarge' });
    await assert.rejects(check(TEXT, 100, new MarathonChecker(TEXT.length - 1)), {
      code: 'snapshot.tooLarge',
    });
    await check(TEXT, 100, new MarathonChecker(Buffer.byteLength(TEXT)));
  });

  it('does not take names of JavaScript for its own', async () => {
    const tree = JSON.parse(
      '{"id":"/","apps":[{"id":"/a","labels":{"__proto__":"x","constructor":"y"}}]}',
    ) as MarathonTree;
    const text = exportText(tree, ABOUT);
    assert.match(text, /"__proto__": "x"/);
    await check(text);
  });

  it('stops when it is told to', async () => {
    const checker = new MarathonChecker();
    await checker.push(Buffer.from(TEXT));
    checker.destroy();
    await assert.rejects(checker.finish(), { code: 'core.cancelled' });
    assert.deepEqual(checker.partial().counts, {});
  });

  it('is known by its bytes and by its name', async () => {
    assert.equal(detect(Buffer.from(TEXT)).id, 'marathon');
    assert.equal(detect(Buffer.from('{"format":"cluster-backup/swarm"}')).id, 'unknown');
    assert.equal(formatOfFile('x.marathon.json.gpg'), 'marathon');
    const checker = formatByBytes(await formatById('consul')).checker();
    await checker.push(Buffer.from(TEXT));
    assert.equal((await checker.finish()).format, 'marathon');
  });
});
