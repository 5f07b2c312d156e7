import assert from 'node:assert/strict';
import type { ErrorInfo } from '../../../src/core/errors';
import type { HostedBackup } from '../../../src/core/model';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';
import type { Hosted } from '../../../src/vscode/store/hostedStore';
import {
  hostedChildren,
  hostedFacts,
  hostedGroupFacts,
} from '../../../src/vscode/tree/hostedNodes';
import { hostedState } from '../../../src/protocol/hostedWords';
import type { HostedGroupNode } from '../../../src/vscode/tree/nodes';

const now = new Date('2026-05-03T12:00:00Z');
const ready: HostedBackup = {
  id: '7',
  name: 'nightly.tar',
  state: 'ready',
  stateText: 'SUCCESS',
  created: '2026-05-03T10:00:00Z',
  finished: '2026-05-03T10:05:00Z',
  encrypted: true,
  where: 'manager1:/var/backups',
  fetch: true,
  facts: [],
};
const failed: HostedBackup = { ...ready, id: '8', state: 'failed', stateText: 'FAILED' };
const entry = { key: 'prod' } as ClusterEntry;
const group: HostedGroupNode = { kind: 'hostedGroup', entry, title: 'On the Managers' };
const error: ErrorInfo = { code: 'ucp.api', category: 'failed', message: 'No.', next: 'Wait.' };
const shown = (hosted: Hosted) =>
  hostedChildren(group, hosted).map((node) =>
    node.kind === 'hosted' ? node.hosted.id : node.kind === 'note' ? node.tone : node.kind,
  );

describe('Backups on a platform’s own side', () => {
  it('are asked for, listed, or said to be none', () => {
    assert.deepEqual(shown({ asking: true }), ['loading']);
    assert.deepEqual(shown({ asking: false, backups: [ready, failed] }), ['7', '8']);
    assert.deepEqual(shown({ asking: false, backups: [] }), ['empty']);
  });

  it('stay when they can’t be asked for again, below the error', () => {
    assert.deepEqual(shown({ asking: false, error }), ['error']);
    assert.deepEqual(shown({ asking: false, error, backups: [ready] }), ['error', '7']);
    assert.deepEqual(hostedGroupFacts({ asking: false, error, backups: [ready] }), [
      '1',
      'not up to date',
    ]);
  });

  it('that an entry does not say how to ask for, or a version has not, are nothing that failed', () => {
    const usage: ErrorInfo = { ...error, category: 'usage', code: 'ucp.apiConnection' };
    const tooOld: ErrorInfo = { ...error, category: 'refused', code: 'ucp.apiTooOld' };
    for (const why of [usage, tooOld]) {
      const [note] = hostedChildren(group, { asking: false, error: why });
      assert.ok(note?.kind === 'note' && note.tone === 'empty', why.code);
      assert.equal(note.text, 'No. Wait.');
      assert.deepEqual(hostedGroupFacts({ asking: false, error: why }), ['not available']);
    }
  });

  it('that a person may not see, or need a secret for, can be tried again', () => {
    for (const code of [
      'ucp.apiDenied',
      'ucp.apiLogin',
      'config.secretMissing',
      'dcos.tokenExpired',
      'upsun.badToken',
    ]) {
      const refused: ErrorInfo = { ...error, category: 'refused', code };
      assert.deepEqual(shown({ asking: false, error: refused }), ['error'], code);
      assert.deepEqual(hostedGroupFacts({ asking: false, error: refused }), [], code);
    }
  });

  it('are counted by what needs a look', () => {
    const running: HostedBackup = { ...ready, state: 'inProgress' };
    assert.deepEqual(hostedGroupFacts({ asking: false, backups: [running, failed, ready] }), [
      '3',
      '1 in progress',
      '1 failed',
    ]);
    assert.deepEqual(hostedGroupFacts({ asking: true }), []);
  });

  it('tell their state in words, and where they lie', () => {
    assert.deepEqual(hostedFacts(ready, now), [
      'ready',
      '2 h ago',
      'encrypted',
      'manager1:/var/backups',
    ]);
    assert.equal(hostedFacts(failed, now)[0], 'failed');
    assert.equal(hostedFacts({ ...ready, state: 'inProgress' }, now)[0], 'in progress');
    const { finished: _, ...open } = ready;
    assert.deepEqual(hostedFacts(open, now).slice(0, 2), ['ready', 'not finished']);
    assert.deepEqual(hostedFacts({ ...open, state: 'inProgress' }, now)[1], '2 h ago');
  });

  it('tell how they were made, until when they are kept, and that they are of no use', () => {
    const kept: HostedBackup = {
      ...{ id: 'a', name: 'a', state: 'ready', stateText: 'CREATED', facts: [] },
      ...{ automated: true, mode: 'live', restore: true },
    };
    const expires = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString();
    assert.deepEqual(hostedFacts({ ...kept, expires: expires(5) }, now), [
      'ready',
      'automated',
      'live',
      'expires in 5 h',
    ]);
    assert.equal(hostedFacts({ ...kept, expires: expires(-1) }, now).at(-1), 'expired');
    assert.equal(hostedFacts({ ...kept, restore: 'It says so.' }, now)[0], 'not restorable');
  });

  it('in a state of which nothing is known have the platform’s own word for it', () => {
    const odd = { state: 'unknown', stateText: 'PAUSED' } as const;
    assert.equal(hostedState(odd).word, 'PAUSED');
    assert.equal(hostedState({ ...odd, stateText: '' }).word, 'state not known');
  });
});
