import assert from 'node:assert/strict';
import type { ShownSnapshot } from '../../../src/protocol/inspectMessages';
import { progressText } from '../../../src/webview/shared/waiting';
import {
  guidance,
  highlights,
  isReadable,
  isRestorable,
  readable,
  verdict,
} from '../../../src/webview/inspect/words';
import { encryptionText } from '../../../src/webview/shared/facts';

function snapshot(change: Partial<ShownSnapshot> = {}): ShownSnapshot {
  return {
    name: 'a.snap',
    size: 100,
    encryption: { kind: 'none', keyIds: [] },
    product: { id: 'consul', title: 'Consul snapshot' },
    verification: { at: '2026-01-01T00:00:00Z', by: '0.1.0', result: 'ok' },
    report: {
      format: 'consul',
      identity: { id: '2-7-1' },
      servers: [],
      stats: [
        { name: 'KVS', count: 3, sum: 30 },
        { name: 'Index', count: 1, sum: 5 },
      ],
      totalSize: 35,
      counts: { KVS: 3, Node: 1, Session: 0 },
      facts: {},
      contentBytes: 100,
    },
    ...change,
  };
}

const damaged = snapshot({
  verification: { at: '2026-01-01T00:00:00Z', by: '0.1.0', result: 'damaged', message: 'cut' },
  error: {
    code: 'snapshot.truncated',
    category: 'refused',
    message: 'It ends early.',
    next: 'Fetch it again.',
  },
});

describe('The verdict on a snapshot', () => {
  it('says what was checked of a whole one', () => {
    const { tone, title, text } = verdict(snapshot());
    assert.deepEqual([tone, title], ['good', 'Verified']);
    assert.match(text, /every checksum matches, and all 4 records were decoded/);
    assert.ok(isRestorable(snapshot()));
  });

  it('says what is wrong with a damaged one, and what could be read', () => {
    assert.deepEqual([verdict(damaged).tone, verdict(damaged).text], ['bad', 'It ends early.']);
    assert.match(readable(damaged), /^4 records of 2 types could be read, and the identity\./);
    assert.ok(!isRestorable(damaged));
    const nothing = { ...damaged.report, stats: [], identity: {} };
    assert.equal(readable({ ...damaged, report: nothing }), 'Nothing of it could be read.');
    const named = { ...damaged.report, stats: [] };
    assert.match(readable({ ...damaged, report: named }), /identity could be read, but no record/);
  });

  it('names other products and what to do, instead of calling them damaged', () => {
    for (const [id, tool] of [
      ['vault', /vault operator raft snapshot/],
      ['vaultState', /bao operator/],
      ['nomad', /nomad operator snapshot/],
      ['nomadState', /nomad operator snapshot/],
      ['openpgp', /gpg/],
    ] as const) {
      const other = { ...damaged, product: { id, title: `A ${id}` } };
      assert.deepEqual([verdict(other).tone, verdict(other).title], ['other', `A ${id}`]);
      assert.match(guidance(other.product)?.next ?? '', tool);
      assert.ok(!isReadable(other.product));
    }
  });

  it('says so when a file can’t be told', () => {
    for (const id of ['raft', 'gzip', 'tar', 'unknown']) {
      const other = { ...damaged, product: { id, title: id } };
      assert.equal(verdict(other).title, 'Not recognised');
      assert.notEqual(guidance(other.product)?.next, '');
    }
  });

  it('reads a bare state.bin, but offers no restore of it', () => {
    const state = snapshot({ product: { id: 'consulState', title: 'state.bin' } });
    assert.equal(verdict(state).tone, 'good');
    assert.match(verdict(state).text, /meta\.json/);
    assert.ok(!isRestorable(state));
  });
});

describe('Words of the snapshot page', () => {
  it('tell how a file is encrypted', () => {
    assert.equal(encryptionText({ kind: 'none', keyIds: [] }), 'Not encrypted');
    assert.equal(encryptionText({ kind: 'openpgp', keyIds: ['a', 'b'] }), 'For 2 OpenPGP keys');
  });

  it('leave out what is not there', () => {
    assert.deepEqual(highlights({ KVS: 3, Node: 1, Session: 0 }), [
      [3, 'keys'],
      [1, 'node'],
    ]);
  });

  it('tell progress with figures', () => {
    const half = { phase: 'Reading', done: 2048, total: 4096, unit: 'bytes' } as const;
    assert.equal(progressText(half), '2.0 KB of 4.0 KB');
    assert.equal(progressText({ phase: 'Reading', done: 5, unit: 'records' }), '5');
    assert.equal(progressText({ phase: 'Reading' }), '');
  });
});
