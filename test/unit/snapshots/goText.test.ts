import assert from 'node:assert/strict';
import { alignColumns, goByteSize, goJsonString } from '../../../src/snapshots/raft/goText';

describe('texts as Go writes them', () => {
  it('sizes', () => {
    const sizes: [number, string][] = [
      [0, '0'],
      [1, '1B'],
      [1023, '1023B'],
      [1024, '1KB'],
      [2048, '2KB'],
      [12589, '12.3KB'],
      [1280, '1.2KB'], // 1.25 exactly: to the even digit
      [1792, '1.8KB'], // 1.75 exactly
      [1024 * 1024 - 1, '1024KB'],
      [5.5 * 1024 ** 3, '5.5GB'],
      [2048 * 1024 ** 4, '2048TB'],
    ];
    for (const [bytes, text] of sizes) assert.equal(goByteSize(bytes), text);
  });

  it('JSON strings', () => {
    const bytes = (text: string) => Buffer.from(text).toString('latin1');
    assert.equal(goJsonString(bytes('plain/ä𝄞')), '"plain/ä𝄞"');
    assert.equal(goJsonString(bytes('\u007f\b\f\u2029')), '"\u007f\\u0008\\u000c\\u2029"');
    assert.equal(goJsonString('\xc3'), '"\\ufffd"');
    assert.equal(goJsonString('\xed\xa0\x80'), '"\\ufffd\\ufffd\\ufffd"');
    assert.equal(goJsonString(bytes('\ufffd')), '"\ufffd"');
    assert.equal(goJsonString('\xf0\x9d\x84'), '"\\ufffd\\ufffd\\ufffd"');
  });

  it('columns end where a line has no such cell', () => {
    const text = 'a\tb\nlonger than eight\tb\n\nc\t\td\ntail';
    assert.equal(
      alignColumns(text, 8, 2),
      ['a                  b', 'longer than eight  b', '', 'c               d', 'tail'].join('\n'),
    );
  });
});
