import assert from 'node:assert/strict';
import {
  ageText,
  bytesText,
  changeText,
  counted,
  exactBytes,
  printable,
  shareText,
  spanText,
  timeTexts,
} from '../../../src/webview/shared/format';

describe('Figures on a page', () => {
  it('says bytes in units of 1024, as the products do', () => {
    const texts = [0, 1, 839, 1023, 1024, 24_900, 102_400, 112_034_567, 5 * 2 ** 40].map((n) =>
      bytesText(n, 'en'),
    );
    assert.deepEqual(texts, [
      '0 B',
      '1 B',
      '839 B',
      '1,023 B',
      '1.0 KB',
      '24.3 KB',
      '100 KB',
      '107 MB',
      '5.0 TB',
    ]);
  });

  it('takes the next unit before it would print 1,024 of one', () => {
    assert.equal(bytesText(2 ** 20 - 1, 'en'), '1.0 MB');
    assert.equal(bytesText(2 ** 30 - 1, 'en'), '1.0 GB');
  });

  it('says exact bytes', () => {
    assert.equal(exactBytes(24_900, 'en'), '24,900 bytes');
    assert.equal(exactBytes(1, 'en'), '1 byte');
  });

  it('never tells a share that is there as none, nor one that is not as something', () => {
    assert.equal(shareText(0, 100, 'en'), '0 %');
    assert.equal(shareText(1, 0, 'en'), '0 %');
    assert.equal(shareText(1, 1_000_000, 'en'), '< 0.1 %');
    assert.equal(shareText(1, 3, 'en'), '33.3 %');
    assert.equal(shareText(3, 3, 'en'), '100 %');
  });

  it('says changes with their sign', () => {
    assert.deepEqual([changeText(1, 4), changeText(4, 1), changeText(2, 2)], ['+3', '−3', '±0']);
  });

  it('counts in singular and plural', () => {
    assert.equal(counted(1, 'key'), '1 key');
    assert.equal(counted(2, 'prefix', 'prefixes'), '2 prefixes');
  });
});

describe('Times on a page', () => {
  it('says spans in their two largest units', () => {
    const day = 86_400;
    assert.equal(spanText(12), 'less than a minute');
    assert.equal(spanText(60), '1 minute');
    assert.equal(spanText(3 * day + 4 * 3600 + 59), '3 days 4 hours');
    assert.equal(spanText(2 * day + 59), '2 days');
    assert.equal(spanText(400 * day), '1 year 1 month');
  });

  it('says ages, and times ahead of the clock', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    assert.equal(ageText('2026-01-01T23:59:30Z', now), 'just now');
    assert.equal(ageText('2026-01-01T22:59:00Z', now), '1 hour 1 minute ago');
    assert.equal(ageText('2026-01-02T01:00:00Z', now), "1 hour ahead of this machine's clock");
    assert.equal(ageText('nonsense', now), '');
  });

  it('gives the time in UTC beside the local one', () => {
    assert.equal(timeTexts('2026-11-18T11:04:47+01:00', 'en').utc, '2026-11-18 10:04:47 UTC');
    assert.deepEqual(timeTexts('x'), { local: 'x', utc: 'x' });
  });
});

describe('Names of keys on a page', () => {
  it('leaves what can be read as it is', () => {
    assert.equal(printable('app/käse 日本 🙂'), 'app/käse 日本 🙂');
  });

  it('writes out what can’t be seen or would turn the text around', () => {
    assert.equal(printable('a\0b\nc\x7f'), 'a\\x00b\\x0ac\\x7f');
    assert.equal(printable('a\u202eb\u200b'), 'a\\u{202e}b\\u{200b}');
  });
});
