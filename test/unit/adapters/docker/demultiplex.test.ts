import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Demultiplexer } from '../../../../src/adapters/docker/demultiplex';

function frame(kind: number, payload: Buffer | string, length?: number): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(length ?? body.length, 4);
  return Buffer.concat([header, body]);
}

async function take(chunks: Buffer[]): Promise<{ out: string; err: string }> {
  let err = '';
  let out = '';
  const demultiplexer = new Demultiplexer('here', (chunk) => (err += chunk.toString()));
  await pipeline(Readable.from(chunks), demultiplexer, async (source) => {
    for await (const chunk of source as AsyncIterable<Buffer>) out += chunk.toString();
  });
  return { out, err };
}

describe('Taking the output of a container apart', () => {
  const bytes = Buffer.concat([
    frame(1, 'archive '),
    frame(2, 'log\n'),
    frame(1, ''),
    frame(1, 'goes on'),
    frame(0, '!'),
  ]);

  it('gives both outputs, however they are cut', async () => {
    for (let size = 1; size <= bytes.length; size++) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      assert.deepEqual(await take(chunks), { out: 'archive goes on!', err: 'log\n' });
    }
  });

  it('joins small pieces, whole and in order', async () => {
    const pieces = Array.from({ length: 300 }, (_, i) => Buffer.alloc(3000, i % 251));
    const demultiplexer = new Demultiplexer('here', () => undefined);
    const all: Buffer[] = [];
    demultiplexer.on('data', (piece: Buffer) => all.push(piece));
    for (const piece of pieces) demultiplexer.write(frame(1, piece));
    demultiplexer.end();
    await once(demultiplexer, 'end');
    assert.deepEqual(Buffer.concat(all), Buffer.concat(pieces));
    assert.equal(all.length, Math.ceil((300 * 3000) / (256 * 1024)));
  });

  it('does not keep a piece that nothing follows', async () => {
    const demultiplexer = new Demultiplexer('here', () => undefined);
    demultiplexer.write(frame(1, 'so far'));
    const [piece] = (await once(demultiplexer, 'data')) as [Buffer];
    assert.equal(piece.toString(), 'so far');
    demultiplexer.destroy();
  });

  it('holds its source back', () => {
    const demultiplexer = new Demultiplexer('here', () => undefined);
    let taken = 0;
    const chunk = frame(1, Buffer.alloc(64 * 1024));
    while (demultiplexer.write(chunk)) taken += chunk.length;
    assert.ok(taken < 4 * 1024 * 1024, String(taken));
  });

  const broken: [what: string, chunks: Buffer[], words: RegExp][] = [
    ['an output there is none of', [frame(7, 'x')], /not in frames/],
    ['a frame of 4 GB', [frame(1, 'x', 0xffff_ffff)], /not in frames/],
    ['plain text', [Buffer.from('HTTP/1.1 200 OK\r\n')], /not in frames/],
    ['an end within a frame', [frame(1, 'x', 2)], /in the middle of a frame/],
    ['an end within a header', [Buffer.from([1, 0, 0])], /in the middle of a frame/],
    ["the engine's own failure", [frame(3, 'no space left')], /no space left/],
  ];
  for (const [what, chunks, words] of broken) {
    it(`refuses ${what}`, () =>
      assert.rejects(take(chunks), { code: 'docker.badAnswer', message: words }));
  }
});
