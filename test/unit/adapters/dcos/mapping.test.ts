import assert from 'node:assert/strict';
import { atWork, hostedBackup, labelOf } from '../../../../src/adapters/dcos/hostedBackup';
import { RestoreWatch, versionLines } from '../../../../src/adapters/dcos/hostedRestore';
import { backupSchema, backupsSchema, errorWords } from '../../../../src/adapters/dcos/wire';

const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const ID = `nightly-${UUID}`;
const wire = (more: Record<string, unknown> = {}) =>
  backupSchema.parse({
    id: ID,
    dcos_version: '2.1',
    timestamp: '2019-03-18T23:06:41.836197172Z',
    status: 'STATUS_READY',
    component_status: { marathon: { status: 'STATUS_READY' } },
    ...more,
  });

describe('DC/OS: a backup as the service tells it', () => {
  it('is named by its label, and keeps every member it came with', () => {
    const told = hostedBackup(wire({ size: 12, owner: { uid: 'me' }, empty: null }));
    assert.equal(told.id, ID);
    assert.equal(told.name, 'nightly');
    assert.equal(told.state, 'ready');
    assert.equal(told.restore, true);
    assert.equal(told.created, '2019-03-18T23:06:41.836197172Z');
    assert.deepEqual(told.parts, [{ name: 'marathon', state: 'ready', stateText: 'STATUS_READY' }]);
    assert.equal(told.restores, undefined);
    assert.deepEqual(told.facts, [
      ['DC/OS version', '2.1'],
      ['Timestamp', '2019-03-18T23:06:41.836197172Z'],
      ['size', '12'],
      ['owner', '{"uid":"me"}'],
    ]);
  });

  it('may be nothing but an id, or say words that are not known', () => {
    const bare = hostedBackup(backupSchema.parse({ id: 'foo' }));
    assert.equal(bare.name, 'foo');
    assert.equal(bare.state, 'unknown');
    assert.equal(bare.stateText, 'not said');
    assert.match(String(bare.restore), /not known/);
    const odd = hostedBackup(
      wire({ status: 'STATUS_PURGING', component_status: { marathon: 'STATUS_ERROR', x: 3 } }),
    );
    assert.equal(odd.state, 'unknown');
    assert.equal(odd.stateText, 'STATUS_PURGING');
    assert.deepEqual(
      odd.parts?.map(({ name, state }) => [name, state]),
      [
        ['marathon', 'failed'],
        ['x', 'unknown'],
      ],
    );
    assert.deepEqual(backupsSchema.parse(null), []);
    assert.equal(backupsSchema.safeParse({ errors: [] }).success, false);
  });

  it('tells why it failed, under whatever name the reason stands', () => {
    for (const key of ['error', 'message', 'failureReason', 'whatever']) {
      const failed = hostedBackup(
        wire({
          status: 'STATUS_ERROR',
          component_status: { marathon: { status: 'STATUS_ERROR', [key]: 'no leader' } },
        }),
      );
      assert.equal(failed.state, 'failed');
      assert.equal(failed.error, 'marathon: no leader');
      assert.equal(failed.parts?.[0]?.error, 'no leader');
      assert.match(String(failed.restore), /failed/);
      // Nothing is hidden behind it.
      assert.ok(failed.facts.some(([name]) => name === `marathon: ${key}`));
    }
    const above = hostedBackup(wire({ status: 'STATUS_ERROR', errors: ['disk full', 'x'] }));
    assert.equal(above.error, 'disk full; x');
    assert.equal(hostedBackup(wire({ status: 'STATUS_ERROR' })).error, undefined);
  });

  it('has restores, told as an object, as a list, or by a key', () => {
    const marathon = { component_status: { marathon: { status: 'STATUS_RESTORING' } } };
    const [one] = hostedBackup(wire({ restores: marathon })).restores ?? [];
    assert.equal(one?.state, 'restoring');
    assert.equal(one.stateText, 'marathon STATUS_RESTORING');
    assert.deepEqual(one.parts, [
      { name: 'marathon', state: 'restoring', stateText: 'STATUS_RESTORING' },
    ]);
    const list = hostedBackup(
      wire({
        restores: [
          { ...marathon, timestamp: '2020-01-01T00:00:00.2Z' },
          {
            component_status: { marathon: { status: 'STATUS_ERROR', error: 'gone' } },
            timestamp: '2020-01-01T00:00:00.10Z',
          },
          { status: 'STATUS_READY', timestamp: '2020-01-01T00:00:00.3Z' },
        ],
      }),
    );
    assert.deepEqual(
      list.restores?.map(({ state }) => state),
      ['ready', 'restoring', 'failed'],
    );
    assert.equal(list.restores[2]?.error, 'marathon: gone');
    // Without times the one told last counts as the newest.
    const untimed = wire({ restores: [{ status: 'STATUS_ERROR' }, { status: 'STATUS_READY' }] });
    assert.equal(hostedBackup(untimed).restores?.[0]?.state, 'ready');
    const byKey = hostedBackup(wire({ restores: { r1: { status: 'STATUS_READY', by: 'me' } } }));
    assert.equal(byKey.restores?.[0]?.state, 'ready');
    assert.ok(byKey.facts.some(([name, value]) => name === 'restore r1: by' && value === 'me'));
    for (const odd of [null, 'x', 7, [], {}, ['x'], { a: 1 }]) {
      assert.equal(hostedBackup(wire({ restores: odd })).restores, undefined, JSON.stringify(odd));
    }
  });

  it('is at work also where only its restores say so', () => {
    const marathon = { component_status: { marathon: { status: 'STATUS_RESTORING' } } };
    const restoring = wire({ restores: marathon });
    assert.equal(atWork([wire(), restoring])?.id, restoring.id);
    assert.match(String(hostedBackup(restoring).restore), /being restored/);
    assert.equal(atWork([wire(), wire({ status: 'STATUS_ERROR' })]), undefined);
    assert.notEqual(atWork([wire({ status: 'STATUS_BACKING_UP' })]), undefined);
  });

  it('has a label that may hold dashes itself', () => {
    assert.equal(labelOf(`a-b-${UUID}`), 'a-b');
    assert.equal(labelOf(UUID), UUID);
    assert.equal(labelOf('foo'), 'foo');
  });
});

describe('DC/OS: what became of a restore', () => {
  const restores = (status: string, more: object = {}) => ({
    restores: { component_status: { marathon: { status, ...more } } },
  });

  it('is told by the restores where they tell of it, though the backup stays ready', () => {
    const watch = new RestoreWatch(wire());
    assert.equal(watch.look(wire()), undefined);
    assert.equal(watch.begun, false);
    assert.equal(watch.look(wire(restores('STATUS_RESTORING'))), undefined);
    assert.equal(watch.begun, true);
    assert.equal(watch.look(wire(restores('STATUS_READY'))), 'ready');
  });

  it('is not told by a restore before it', () => {
    const before = wire(restores('STATUS_READY'));
    const watch = new RestoreWatch(before);
    assert.equal(watch.look(before), undefined);
    assert.equal(watch.begun, false);
    assert.equal(watch.look(wire(restores('STATUS_RESTORING'))), undefined);
    // The same words as before, and another restore by now.
    assert.equal(watch.look(before), 'ready');
  });

  it('is told by the backup’s own status where no restores ever come', () => {
    const watch = new RestoreWatch(wire());
    assert.equal(watch.look(wire({ status: 'STATUS_RESTORING' })), undefined);
    assert.equal(watch.look(wire()), 'ready');
    const failing = new RestoreWatch(wire());
    failing.look(wire({ status: 'STATUS_RESTORING' }));
    assert.equal(failing.look(wire({ status: 'STATUS_ERROR' })), 'failed');
  });

  it('is open while either of them is at it', () => {
    const watch = new RestoreWatch(wire());
    const both = { status: 'STATUS_RESTORING', ...restores('STATUS_READY') };
    assert.equal(watch.look(wire(both)), undefined);
    assert.equal(watch.look(wire(restores('STATUS_RESTORING'))), undefined);
    assert.equal(watch.look(wire(restores('STATUS_ERROR', { error: 'x' }))), 'failed');
  });

  it('names versions that differ, as far as both tell them', () => {
    assert.deepEqual(versionLines('1.10', '1.10.4'), []);
    assert.deepEqual(versionLines('2.1.0', '2.1.0'), []);
    assert.deepEqual(versionLines('', '2.1.0'), []);
    assert.deepEqual(versionLines('2.1', undefined), []);
    assert.deepEqual(
      versionLines('1.1', '1.10').map(({ severity, code }) => [severity, code]),
      [['warning', 'dcos.version']],
    );
  });
});

describe('DC/OS: the words of a failure', () => {
  it('are found in each service’s form, and never in a page', () => {
    assert.equal(errorWords('{"errors":["no such id","and more"]}'), 'no such id; and more');
    assert.equal(errorWords('{"title":"Unauthorized","description":"no"}'), 'Unauthorized; no');
    assert.equal(errorWords('{"message":"not found"}'), 'not found');
    assert.equal(errorWords('<html>'), undefined);
    assert.equal(errorWords('{}'), undefined);
    assert.equal(errorWords('[]'), undefined);
  });
});
