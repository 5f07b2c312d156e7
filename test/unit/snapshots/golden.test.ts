import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { inspectStream, type InspectOptions } from '../../../src/snapshots/raft/inspect';
import { toInspectJson, toInspectPretty } from '../../../src/snapshots/raft/inspectOutput';
import { snapOf } from '../../support/snapshots/archives';
import { fixture } from '../../support/snapshots/fixtures';
import { kv, stateBin } from '../../support/snapshots/records';

function inspect(bytes: Buffer, options?: InspectOptions) {
  return inspectStream(Readable.from([bytes]), options);
}

describe('inspect, against what a real Consul prints', () => {
  it('equals -format=json', async () => {
    const inspection = await inspect(fixture('consul-1.8-minimal.snap'));
    const expected = fixture('consul-1.8-minimal.inspect.json.txt').toString();
    assert.equal(toInspectJson(inspection), expected.trimEnd());
  });

  it('equals -format=json -kvdetails -kvdepth=2', async () => {
    const inspection = await inspect(fixture('consul-1.10-mixed.snap'), { kvDetails: true });
    const expected = fixture('consul-1.10-mixed.kvdetails-depth2.json.txt').toString();
    assert.equal(toInspectJson(inspection), expected.trimEnd());
  });

  it('equals the pretty form', async () => {
    const inspection = await inspect(fixture('consul-1.10-mixed.snap'));
    const expected = fixture('consul-1.10-mixed.inspect.txt').toString();
    assert.equal(toInspectPretty(inspection), expected.trimEnd());
  });

  it('lays the second table out like the vendor, aligned by its own widest name', async () => {
    const snap = await snapOf(
      stateBin([kv('vault/core/leader', 'x'.repeat(1500)), kv('vault/core/audit', 'y')]),
    );
    const options = { kvDetails: true, kvDepth: 3, kvFilter: 'vault/core' };
    const text = toInspectPretty(await inspect(snap, options));
    assert.equal(
      text.slice(text.indexOf(' Key Name')),
      [
        ' Key Name               Count      Size',
        ' ----                   ----       ----',
        ' vault/core/leader      1          1.6KB',
        ' vault/core/audit       1          86B',
        ' ----                   ----       ----',
        ' Total                             1.6KB',
      ].join('\n'),
    );
  });

  it('keeps every digit of 64-bit indexes', async () => {
    const index = 2n ** 64n - 1n;
    const snap = await snapOf(stateBin([]), { Index: index, Term: 2n ** 53n + 1n });
    const text = toInspectJson(await inspect(snap));
    assert.match(text, /"Index": 18446744073709551615,\n/);
    assert.match(text, /"Term": 9007199254740993,\n/);
    assert.match(text, /"Stats": \[\],\n {3}"StatsKV": null,/);
  });

  it('writes key names as Go does: HTML and broken UTF-8 escaped', async () => {
    const key = Buffer.concat([Buffer.from('<a>&"\\\u2028\t\u0001é'), Buffer.from([0xe2, 0x82])]);
    const snap = await snapOf(stateBin([kv(key, '')]));
    const text = toInspectJson(await inspect(snap, { kvDetails: true, kvDepth: 9 }));
    const name = /"StatsKV": \[\n {6}\{\n {9}"Name": (.*),/.exec(text)?.[1];
    assert.equal(name, String.raw`"\u003ca\u003e\u0026\"\\\u2028\t\u0001é\ufffd\ufffd"`);
  });

  it('lets no key write to the terminal', async () => {
    const snap = await snapOf(stateBin([kv('\u001b[2Jgone\n', '')]));
    const text = toInspectPretty(await inspect(snap, { kvDetails: true }));
    assert.ok(text.includes(String.raw` \x1b[2Jgone\x0a `));
  });

  it('keeps keys apart that differ only in bytes that are no UTF-8', async () => {
    const keys = [Buffer.from([0x80]), Buffer.from([0x81])];
    const snap = await snapOf(stateBin(keys.map((key) => kv(key, ''))));
    const { keys: rows } = await inspect(snap, { kvDetails: true });
    assert.equal(rows?.rows.length, 2);
  });
});
