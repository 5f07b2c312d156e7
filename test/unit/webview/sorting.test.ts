import assert from 'node:assert/strict';
import { pressed, sorted } from '../../../src/webview/shared/sorting';

const ROWS = [
  { name: 'b', count: 2, sum: 10 },
  { name: 'a', count: 2, sum: 30 },
  { name: 'c', count: 1, sum: 20 },
];

describe('Sorted tables', () => {
  it('order by a column, equal rows by name', () => {
    const names = (by: 'name' | 'count' | 'sum', descending: boolean) =>
      sorted(ROWS, { by, descending })
        .map((row) => row.name)
        .join('');
    assert.equal(names('sum', true), 'acb');
    assert.equal(names('count', true), 'abc');
    assert.equal(names('count', false), 'cab');
    assert.equal(names('name', true), 'cba');
    assert.equal(ROWS[0]?.name, 'b', 'the rows given stay as they are');
  });

  it('turn around on a second press, and begin a new column where one looks first', () => {
    assert.deepEqual(pressed({ by: 'sum', descending: true }, 'sum'), {
      by: 'sum',
      descending: false,
    });
    assert.deepEqual(pressed({ by: 'sum', descending: true }, 'name'), {
      by: 'name',
      descending: false,
    });
    assert.deepEqual(pressed({ by: 'name', descending: false }, 'count'), {
      by: 'count',
      descending: true,
    });
  });
});
