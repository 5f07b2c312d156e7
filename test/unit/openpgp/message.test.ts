import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { deflateRawSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import {
  byOpenpgpJs,
  codeOf,
  decryptBytes,
  encryptBytes,
  encryptor,
  inTime,
  passphrase,
  readAll,
  streamOf,
} from './fixtures';

/** openpgp.js hashes little for these, so that hundreds of messages take no time. */
const quick = { s2kIterationCountByte: 0, aeadProtect: false };

const packet = (tag: number, body: Uint8Array) => {
  const length = Buffer.alloc(5, 0xff);
  length.writeUInt32BE(body.length, 1);
  return Buffer.concat([Buffer.from([0xc0 | tag]), length, body]);
};
const literal = (content: Uint8Array, name = '') =>
  packet(
    11,
    Buffer.concat([Buffer.from([0x62, name.length]), Buffer.from(name), Buffer.alloc(4), content]),
  );

/** A message with any packets inside, and a right or wrong MDC. */
async function message(inner: Buffer, options: { mdc?: Buffer; version?: number } = {}) {
  const key = randomBytes(32);
  const head = await openpgp.encryptSessionKey({
    data: key,
    algorithm: 'aes256',
    passwords: [passphrase],
    format: 'binary',
    config: quick,
  });
  const random = randomBytes(16);
  const plain = Buffer.concat([random, random.subarray(14), inner, Buffer.from([0xd3, 0x14])]);
  const mdc = options.mdc ?? createHash('sha1').update(plain).digest();
  const cipher = createCipheriv('aes-256-cfb', key, Buffer.alloc(16));
  const body = cipher.update(Buffer.concat([plain, mdc]));
  return Buffer.concat([
    head,
    packet(18, Buffer.concat([Buffer.from([options.version ?? 1]), body])),
  ]);
}

const refused = [
  'openpgp.damaged',
  'openpgp.wrongPassphrase',
  'openpgp.unsupported',
  'core.needsKey',
  'core.needsPassphrase',
];

describe('OpenPGP messages', function () {
  this.timeout(60_000);
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  before(() => process.on('unhandledRejection', note));
  after(() => {
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });

  it('come back as they went, whatever their size and pieces', async () => {
    // What is at the edges of a part (128 KiB, of which the literal's head takes 6), and around.
    for (const size of [0, 1, 2, 21, 22, 23, 131_065, 131_066, 131_067, 131_072, 300_000]) {
      const plain = randomBytes(size);
      const encrypted = await encryptBytes(plain);
      assert.deepEqual(await decryptBytes(encrypted), plain);
      assert.deepEqual(await decryptBytes(encrypted, { passphrase }, [100_000, 1]), plain);
    }
  });

  it('come back in pieces of any size', async () => {
    const plain = randomBytes(2_000);
    const encrypted = await message(literal(plain, 'name.snap'));
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, async (pieces) => {
        assert.deepEqual(await decryptBytes(encrypted, { passphrase }, pieces), plain);
      }),
      { numRuns: 50 },
    );
  });

  it('are read by openpgp.js, and its own are read', async () => {
    const plain = randomBytes(200_000);
    const ours = await openpgp.readMessage({
      binaryMessage: new Uint8Array(await encryptBytes(plain)),
    });
    const read: { data: unknown } = await openpgp.decrypt({
      message: ours,
      passwords: [passphrase],
      format: 'binary',
    });
    assert.deepEqual(Buffer.from(read.data as Uint8Array), plain);
    for (const aeadProtect of [false, true]) {
      const theirs = await byOpenpgpJs(plain, { ...quick, aeadProtect });
      assert.deepEqual(await decryptBytes(theirs), plain);
    }
  });

  it('hold what was compressed, signed or marked', async () => {
    const plain = randomBytes(5_000);
    const inner = literal(plain);
    const marker = packet(10, Buffer.from('PGP'));
    const zipped = (algorithm: number, body: Buffer) =>
      packet(8, Buffer.concat([Buffer.from([algorithm]), body]));
    const inners = {
      uncompressed: zipped(0, inner),
      zip: zipped(1, deflateRawSync(inner)),
      zlib: zipped(2, deflateSync(inner)),
      signed: Buffer.concat([
        marker,
        packet(4, randomBytes(13)),
        inner,
        packet(2, randomBytes(50)),
      ]),
      'indeterminate length': Buffer.concat([Buffer.from([0xa3, 1]), deflateRawSync(inner)]),
    };
    for (const [name, one] of Object.entries(inners)) {
      assert.deepEqual(await decryptBytes(await message(one)), plain, name);
    }
    await assert.rejects(decryptBytes(await message(zipped(3, inner))), {
      code: 'openpgp.unsupported',
    });
  });

  it('are refused when the check at their end fails, though all else is right', async () => {
    const wrong = await message(literal(randomBytes(100)), { mdc: randomBytes(20) });
    await assert.rejects(decryptBytes(wrong), { code: 'openpgp.damaged' });
    const compressed = packet(
      8,
      Buffer.concat([Buffer.from([1]), deflateRawSync(literal(randomBytes(9)))]),
    );
    const zipped = await message(compressed, { mdc: randomBytes(20) });
    await assert.rejects(decryptBytes(zipped), { code: 'openpgp.damaged' });
  });

  it('are refused when cut off anywhere', async () => {
    const encrypted = await message(literal(randomBytes(40)));
    for (let length = 0; length < encrypted.length; length++) {
      const cut = encrypted.subarray(0, length);
      await assert.rejects(
        inTime(decryptBytes(cut)),
        (error) => refused.includes(codeOf(error)),
        `${length}`,
      );
    }
  });

  it('are refused, and never waited for, with a bit flipped anywhere', async () => {
    const plain = randomBytes(8);
    const encrypted = await message(literal(plain));
    const bits = Array.from(encrypted, (_, at) => [
      at * 8 + ((at * 3) % 8),
      at * 8 + ((at * 3 + 5) % 8),
    ]);
    for (const bit of bits.flat()) {
      const at = bit >> 3;
      const flipped = Buffer.from(encrypted);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
      const result = await inTime(decryptBytes(flipped)).catch(codeOf);
      assert.ok(
        typeof result === 'string' && refused.includes(result),
        `bit ${bit}: ${String(result)}`,
      );
    }
  });

  it('are refused with random bytes in them, long ones too', async () => {
    const encrypted = await encryptBytes(randomBytes(300_000));
    const spot = fc.record({
      at: fc.nat(encrypted.length - 9),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(spot, async ({ at, bytes }) => {
        const changed = Buffer.from(encrypted);
        changed.set(bytes, at);
        if (changed.equals(encrypted)) return;
        await assert.rejects(inTime(decryptBytes(changed)), (error) =>
          refused.includes(codeOf(error)),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('with bytes after their end are refused', async () => {
    const encrypted = await message(literal(randomBytes(40)));
    const longer = Buffer.concat([encrypted, Buffer.from([1])]);
    await assert.rejects(decryptBytes(longer), { code: 'openpgp.damaged' });
  });

  it('of newer programs are refused, and never waited for, when damaged', async () => {
    const plain = randomBytes(300);
    const encrypted = await byOpenpgpJs(plain, { ...quick, aeadProtect: true });
    const outcome = (bytes: Uint8Array) => inTime(decryptBytes(bytes)).catch(codeOf);
    for (let at = 0; at < encrypted.length; at += 5) {
      const flipped = Uint8Array.from(encrypted);
      flipped[at] = (flipped[at] ?? 0) ^ 0x04;
      const result = await outcome(flipped);
      // A count that openpgp.js does not look at may be off; the content may not.
      if (typeof result === 'string') assert.ok(refused.includes(result), `${at}: ${result}`);
      else assert.ok(result.equals(plain) && at < 8, `flipped ${at}`);
      const cut = await outcome(encrypted.slice(0, at));
      assert.ok(typeof cut === 'string' && refused.includes(cut), `cut ${at}: ${String(cut)}`);
    }
  });

  it('ask for what opens them', async () => {
    const encrypted = await encryptBytes(Buffer.from('x'));
    await assert.rejects(decryptBytes(encrypted, {}), { code: 'core.needsPassphrase' });
    await assert.rejects(decryptBytes(encrypted, { passphrase: 'wrong' }), {
      code: 'openpgp.wrongPassphrase',
    });
    await assert.rejects(
      encryptor.encrypt(streamOf(encrypted), { kind: 'passphrase', passphrase: '' }),
      {
        code: 'core.needsPassphrase',
      },
    );
  });

  it('without integrity protection are refused', async () => {
    const head = await openpgp.encryptSessionKey({
      data: randomBytes(32),
      algorithm: 'aes256',
      passwords: [passphrase],
      format: 'binary',
      config: quick,
    });
    const old = Buffer.concat([head, packet(9, randomBytes(100))]);
    await assert.rejects(decryptBytes(old), { code: 'openpgp.unsupported' });
  });

  it('hand on what fails before them, and end what feeds them', async () => {
    const boom = new Error('the source broke');
    async function* breaking(bytes: Buffer) {
      yield bytes.subarray(0, 200_000);
      await Promise.resolve();
      throw boom;
    }
    const plain = randomBytes(500_000);
    const request = { kind: 'passphrase' as const, passphrase };
    const one = await encryptor.encrypt(Readable.from(breaking(plain)), request);
    await assert.rejects(readAll(one.stream), boom);
    const encrypted = await encryptBytes(plain);
    const two = await encryptor.decrypt(Readable.from(breaking(encrypted)), { passphrase });
    await assert.rejects(readAll(two), boom);

    const broken = new Readable({ read: () => undefined });
    broken.destroy(boom);
    const three = await encryptor.encrypt(broken, request);
    await assert.rejects(inTime(readAll(three.stream)), boom);
    const dead = new Readable({ read: () => undefined });
    dead.destroy(boom);
    await assert.rejects(inTime(encryptor.decrypt(dead, { passphrase })), boom);

    for (const read of [0, 1]) {
      const sources = [streamOf(plain, [1000]), streamOf(encrypted, [1000])] as const;
      const streams = [
        (await encryptor.encrypt(sources[0], request)).stream,
        await encryptor.decrypt(sources[1], { passphrase }),
      ];
      for (const stream of streams) {
        if (read > 0) await stream[Symbol.asyncIterator]().next();
        stream.destroy();
      }
      for (const source of sources) {
        for (let tries = 0; !source.destroyed && tries < 250; tries++) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.equal(source.destroyed, true);
      }
    }
    const refusedSource = streamOf(encrypted);
    await assert.rejects(encryptor.decrypt(refusedSource, { passphrase: 'wrong' }));
    assert.equal(refusedSource.destroyed, true);
  });
});
