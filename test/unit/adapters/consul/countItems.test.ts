import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { countItems } from '../../../../src/adapters/consul/countItems';

function inPieces(text: string, size: number): Readable {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return Readable.from(pieces);
}

describe('counting the items of a JSON list as it passes', () => {
  it('agrees with JSON.parse, however the bytes are cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (value, size, spaced) => {
          const text = JSON.stringify(value, undefined, spaced ? 2 : undefined);
          assert.equal(await countItems(inPieces(text, size)), Object.keys(value).length);
        },
      ),
      { numRuns: 300 },
    ));

  it('never counts a list that ends early', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1 }), fc.nat(), async (value, at) => {
        const text = Buffer.from(JSON.stringify(value));
        const cut = Readable.from([text.subarray(0, at % text.length)]);
        assert.equal(await countItems(cut), undefined);
      }),
    ));

  for (const [text, count] of [
    ['null', 0],
    [' [ ] ', 0],
    ['{}', 0],
    ['["a,]"]', 1],
    ['["\\"],["]', 1],
    ['', undefined],
    ['nul', undefined],
    ['nulls', undefined],
    ['"text"', undefined],
    ['12', undefined],
    ['[1],[2]', undefined],
    ['<html></html>', undefined],
    ['[1]]', undefined],
  ] as const) {
    it(`gives ${count ?? 'nothing'} for ${text}`, async () => {
      assert.equal(await countItems(Readable.from([Buffer.from(text)])), count);
    });
  }
});
