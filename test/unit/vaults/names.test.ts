import assert from 'node:assert/strict';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { keepUnknown } from '../../../src/vaults/folder/manifestFile';
import { backupFileName, backupPath } from '../../../src/vaults/folder/names';

describe('names in a vault', () => {
  it('sort by time', () => {
    const time = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(time, time, (a, b) => {
        const name = (created: Date) =>
          backupFileName({ id: ulid(), cluster: 'c', created, ending: '.snap' });
        const second = (date: Date) => Math.floor(date.getTime() / 1000);
        if (second(a) < second(b)) assert.ok(name(a) < name(b));
      }),
    );
  });

  it('never lead out of the vault', () => {
    const name = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[./\\a:]{1,12}$/),
      fc.constantFrom('..', '.', 'a/../..', '\0'),
    );
    fc.assert(
      fc.property(name, name, (cluster, file) => {
        let path: string;
        try {
          path = backupPath('/vault', { cluster, file });
        } catch {
          return;
        }
        assert.equal(path, ['', 'vault', cluster, file].join(sep));
        assert.equal(join(path), path);
      }),
    );
  });
});

describe('a manifest with members of a later version', () => {
  const json = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 5,
  });
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

  it('keeps the unknown and takes over the known', () => {
    fc.assert(
      fc.property(json, json, json, (unknown, before, after) => {
        const extra = Object.fromEntries(
          Object.entries(unknown).map(([key, value]) => [`x-${key}`, value]),
        );
        const raw = { ...plain(extra), ...plain(before) };
        const merged = keepUnknown(raw, plain(before), plain(after));
        assert.deepEqual(plain(merged), { ...plain(extra), ...plain(after) });
      }),
    );
  });
});
