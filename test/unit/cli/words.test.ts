import assert from 'node:assert/strict';
import {
  ageText,
  bytesText,
  countText,
  printable,
  spanText,
  timeText,
} from '../../../src/cli/words';
import { fields, table } from '../../../src/cli/table';

describe('Words of the command line', () => {
  it('says bytes with three digits', () => {
    const said = [0, 999, 1000, 36_434, 999_499, 999_500, 112_000_000, 1.5e12, 2e18].map(bytesText);
    assert.deepEqual(said, [
      '0 B',
      '999 B',
      '1.00 kB',
      '36.4 kB',
      '999 kB',
      '1.00 MB',
      '112 MB',
      '1.50 TB',
      '2000 PB',
    ]);
  });

  it('says spans and ages in their largest unit', () => {
    assert.deepEqual([0, 1, 59.9, 60, 7200, 86_400, 200_000].map(spanText), [
      '0 seconds',
      '1 second',
      '59 seconds',
      '1 minute',
      '2 hours',
      '1 day',
      '2 days',
    ]);
    assert.equal(ageText('2026-11-20T12:00:00Z', new Date('2026-11-21T12:00:00Z')), '1 day ago');
    assert.equal(
      ageText('2026-11-22T12:00:00Z', new Date('2026-11-21T12:00:00Z')),
      '0 seconds ago',
    );
    assert.equal(timeText('2026-11-20T12:00:00+02:00'), '2026-11-20 10:00:00Z');
    assert.deepEqual([countText(1, 'record'), countText(0, 'record')], ['1 record', '0 records']);
  });

  it('lets no text steer the terminal', () => {
    assert.equal(
      printable('a\x1b[2Jb\u202ec\r\n\td\u009b'),
      'a\\u{1b}[2Jb\\u{202e}c\\u{0d}\n\td\\u{9b}',
    );
  });

  it('lines up tables and fields, one line an entry', () => {
    assert.equal(
      table(
        [{ title: 'A' }, { title: 'N', align: 'right' }, { title: 'B' }],
        [
          ['one', '1', ''],
          ['t\nwo', '22', 'x'],
        ],
      ),
      'A      N  B\none    1\nt wo  22  x\n',
    );
    assert.equal(
      fields([
        ['Name', 'x'],
        ['No', undefined],
        ['N', 'y'],
      ]),
      'Name  x\nN     y\n',
    );
  });
});
