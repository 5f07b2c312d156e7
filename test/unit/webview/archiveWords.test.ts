import assert from 'node:assert/strict';
import type { ShownArchive } from '../../../src/protocol/archiveMessages';
import {
  highlights,
  isRestorable,
  leftGroups,
  modeText,
  noComposeText,
  readable,
  searchText,
  serviceUses,
  verdict,
} from '../../../src/webview/archive/words';
import type { Definition } from '../../../src/webview/archive/words';
import { modeChars } from '../../../src/webview/shared/fileWords';

const service: NonNullable<Definition['service']> = {
  image: 'shop/web:2',
  mode: 'replicated',
  replicas: 3,
  mounts: ['volume data → /data'],
  ports: [],
  networks: ['front'],
  secrets: [],
  configs: [],
};
const web: Definition = {
  id: 'service/shop_web',
  kind: 'service',
  name: 'shop_web',
  stack: 'shop',
  service,
};

const archive: ShownArchive = {
  name: 'a.swarm.tar',
  size: 1,
  encryption: { kind: 'none', keyIds: [] },
  report: {
    format: 'swarm',
    identity: {},
    servers: [],
    stats: [],
    totalSize: 0,
    counts: { File: 7 },
    facts: {},
    contentBytes: 0,
  },
  manifest: { volumes: [{}, {}], left: [] } as never,
  definitions: [web, { id: 'network/front', kind: 'network', name: 'front', stack: 'shop' }],
  stacks: [],
  contents: [],
  verification: { at: '2026-05-03T10:00:00Z', by: '1', result: 'ok' },
};

describe('Words of the page of a swarm backup', () => {
  it('never call a backup verified that is damaged, and restore only a whole one', () => {
    assert.equal(verdict(archive).title, 'Verified');
    assert.ok(isRestorable(archive));
    const damaged: ShownArchive = {
      ...archive,
      verification: { ...archive.verification, result: 'damaged', message: 'It breaks off.' },
    };
    assert.equal(verdict(damaged).tone, 'bad');
    assert.equal(verdict(damaged).text, 'It breaks off.');
    assert.ok(!isRestorable(damaged));
    assert.equal(readable(damaged), 'what it says of itself, 2 definitions, 0 of 2 volumes whole');
    const { manifest: _, ...headless } = damaged;
    assert.match(verdict(headless).title, /Not a Swarm backup/);
    assert.equal(readable(headless), 'nothing');
  });

  it('say first what nobody chose to leave out', () => {
    const left = [
      { kind: 'volume', name: 'x', reason: 'notChosen', message: 'Not asked for.' },
      { kind: 'volume', name: 'y', node: 'n2', reason: 'notReached', message: 'No engine of n2.' },
    ] as const;
    assert.deepEqual(leftGroups(left), [
      { title: 'Not reached', tone: 'warning', lines: ['volume y on n2: No engine of n2.'] },
      { title: 'Left out by choice', tone: 'other', lines: ['volume x: Not asked for.'] },
    ]);
    assert.deepEqual(leftGroups([]), []);
  });

  it('count what there is', () => {
    assert.deepEqual(highlights(archive), [
      [1, 'stack'],
      [1, 'service'],
      [7, 'files'],
      [1, 'network'],
    ]);
  });

  it('tell how a service runs and what it uses', () => {
    assert.equal(modeText(service), '3 replicas');
    assert.equal(modeText({ ...service, replicas: 0 }), '0 replicas');
    assert.equal(modeText({ ...service, mode: 'global' }), 'on every node');
    assert.equal(modeText({ ...service, mode: 'replicatedJob', replicas: 1 }), 'job, 1 time');
    assert.deepEqual(
      serviceUses(service).map(([name]) => name),
      ['Mounts', 'Networks'],
    );
  });

  it('find a definition by all that stands in its row', () => {
    for (const wanted of ['shop_web', 'shop/web:2', 'data', 'front', 'service']) {
      assert.ok(searchText(web).includes(wanted), wanted);
    }
    assert.ok(!searchText(web).includes('other'));
  });

  it('say why a stack is no Compose file, in the words of the backup', () => {
    const notes = ['Other.', 'Stack shop has no Compose file, because it would lose: an id.'];
    assert.equal(noComposeText('shop', notes), notes[1]);
    assert.match(noComposeText('sho', notes), /^There is no Compose file/);
  });

  it('write modes as ls does', () => {
    assert.equal(modeChars({ type: 'directory', mode: 0o755 }), 'drwxr-xr-x');
    assert.equal(modeChars({ type: 'file', mode: 0o640 }), '-rw-r-----');
    assert.equal(modeChars({ type: 'file', mode: 0o4755 }), '-rwsr-xr-x');
    assert.equal(modeChars({ type: 'file', mode: 0o2644 }), '-rw-r-Sr--');
    assert.equal(modeChars({ type: 'directory', mode: 0o1777 }), 'drwxrwxrwt');
    assert.equal(modeChars({ type: 'symlink', mode: 0o777 }), 'lrwxrwxrwx');
  });
});
