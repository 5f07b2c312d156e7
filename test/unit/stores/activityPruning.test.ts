import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityPruning } from '../../../src/stores/activityPruning';

describe('a journal of activities that grows', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-backup-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const begun = async (name: string, fields: object) => {
    await writeFile(join(folder, name), `${JSON.stringify({ event: 'start', ...fields })}\n{}\n`);
  };
  const left = async () => (await readdir(folder)).sort().reverse();

  it('keeps the newest, and beyond them as many again that a person had done', async () => {
    const prune = activityPruning(folder, 3);
    // By the person: every fourth one.
    for (let n = 10; n < 40; n++) await begun(`${n}`, n % 4 === 0 ? {} : { scheduled: true });
    await prune(await left());
    assert.deepEqual(await left(), ['39', '38', '37', '36', '32', '28']);
    await begun('40', { scheduled: true });
    await prune(await left());
    assert.deepEqual(await left(), ['40', '39', '38', '36', '32', '28']);
    await begun('41', {});
    await begun('42', {});
    await begun('43', {});
    await begun('44', {});
    await prune(await left());
    assert.deepEqual(await left(), ['44', '43', '42', '41', '36', '32']);
  });

  it('takes what it can’t read for a person’s, and goes on where one has gone already', async () => {
    const prune = activityPruning(folder, 1);
    await begun('3', {});
    await writeFile(join(folder, '2'), 'cut by a cra');
    await begun('1', { scheduled: true });
    await prune(['3', '2', '1', '0']);
    assert.deepEqual(await left(), ['3', '2']);
  });
});
