import assert from 'node:assert/strict';
import { TarReader, type TarHeader } from '../../../src/snapshots/raft/tarReader';
import { tarHeader } from '../../support/snapshots/archives';

const headerOf = (size: number) => tarHeader('state.bin', size);

/** As Go's archive/tar writes a member over 8 GiB: a pax header with its size before it. */
function paxHeader(base: Buffer, record: string): Buffer {
  const header = Buffer.from(base);
  header.write('PaxHeaders.0/state.bin\0', 0, 'latin1');
  header.write('x', 156, 'latin1');
  header.write(`${record.length.toString(8).padStart(11, '0')} `, 124, 'latin1');
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((a, b) => a + b, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const content = Buffer.alloc(512);
  content.write(record, 'latin1');
  return Buffer.concat([header, content]);
}

function membersOf(bytes: Buffer): TarHeader[] {
  const members: TarHeader[] = [];
  const reader = new TarReader({
    member: (header) => void members.push(header),
    data: () => undefined,
    memberEnd: () => undefined,
  });
  reader.push(bytes);
  return members;
}

describe('the tar reader', () => {
  const TEN_GIB = 10 * 1024 ** 3;

  it('reads sizes over 8 GiB, in base 256 and from a pax header', async () => {
    assert.deepEqual(membersOf(await headerOf(TEN_GIB)), [
      { name: 'state.bin', size: TEN_GIB, type: '0' },
    ]);
    const plain = await headerOf(0);
    const pax = paxHeader(plain, `20 size=${TEN_GIB}\n`);
    assert.deepEqual(membersOf(Buffer.concat([pax, plain])), [
      { name: 'state.bin', size: TEN_GIB, type: '0' },
    ]);
  });

  it('refuses absurd numbers', async () => {
    const plain = await headerOf(0);
    const records = ['20 size=10737418xx0\n', '99 size=1\n', 'x', '30 size=99999999999999999999\n'];
    for (const record of records) {
      assert.throws(() => membersOf(Buffer.concat([paxHeader(plain, record), plain])), {
        code: 'snapshot.badTar',
      });
    }
    assert.throws(() => membersOf(paxHeader(plain, ' '.repeat(70_000))), {
      code: 'snapshot.badTar',
    });
  });
});
