import assert from 'node:assert/strict';
import type { RestorePlan } from '../../../src/core/plan';
import type { RestoreCheck } from '../../../src/core/ports';
import { confirmation, outcomeText } from '../../../src/vscode/commands/restoreWords';
import { itemisedPlan } from '../../support/plans';

const { changes: _, ...itemised } = itemisedPlan([]);
const whole = (more: Partial<RestorePlan> = {}): RestorePlan => ({ ...itemised, ...more });
const content = { ...itemised.content, counts: { KVS: 40, Volume: 12 } };
const told = (...checks: RestoreCheck[]) => outcomeText({ checks }, { content });

describe('Words of a whole restore', () => {
  it('name in the last question what is taken away first, with nothing said twice', () => {
    const { message, detail, accept } = confirmation(
      whole({
        items: [
          {
            severity: 'warning',
            code: 'ucp.uninstall',
            title: 'MKE 3.8.1 is uninstalled before the restore',
            destructive: true,
          },
          { severity: 'warning', code: 'x.y', title: 'Something else' },
        ],
      }),
    );
    assert.equal(message, 'Replace everything that cluster "prod" holds?');
    assert.equal(accept, 'Restore prod');
    const lines = (detail ?? '').split('\n');
    assert.deepEqual(lines.slice(0, 2), [
      'A safety backup of the present state is made first.',
      'MKE 3.8.1 is uninstalled before the restore.',
    ]);
    assert.equal(lines.filter((line) => line.includes('safety backup')).length, 1);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('Warning: ')),
      ['Warning: Something else.'],
    );
  });

  it('tell counts of the content from what is no content', () => {
    assert.equal(
      told({ name: 'KVS', expected: 40, found: 40 }),
      'The cluster answers and holds what the snapshot held: KVS 40.',
    );
    assert.equal(
      told({ name: 'Healthy managers', expected: 3, found: 3 }),
      'The cluster answers. Healthy managers: 3 of 3.',
    );
    assert.equal(told(), 'The cluster answers.');
  });

  it('name what was not compared, and what was not waited for', () => {
    const text = told(
      { name: 'Volume', expected: 12, found: undefined },
      { name: 'Manager node2: down in the swarm', expected: 0, found: undefined },
    );
    assert.equal(
      text,
      'The cluster answers. Could not be compared: Volume. Not waited for: Manager node2: down in the swarm.',
    );
  });
});
