import assert from 'node:assert/strict';
import type { UcpRule } from '../../../src/snapshots/ucp/layout';
import type { ShownUcpArchive } from '../../../src/protocol/ucpMessages';
import {
  certificateText,
  conditions,
  expiry,
  highlights,
  isReadWhole,
  isRestorable,
  otherKind,
  readable,
  ruleOf,
  sourceFacts,
  verdict,
} from '../../../src/webview/ucp/words';

const now = new Date('2026-05-03T12:00:00Z');
const rule: UcpRule = { id: 'current', files: 31, needed: 27, missing: [], holds: true };
const certificate = (notAfter: string) => ({
  path: 'ucp-controller-server-certs/cert.pem',
  subject: 'CN=Controller',
  issuer: 'CN=UCP Client Root CA',
  names: ['ucp.example.com', '10.0.0.1'],
  notBefore: '2025-01-01T00:00:00Z',
  notAfter,
  isCa: false,
});
const archive: ShownUcpArchive = {
  name: 'backup.tar',
  size: 1,
  encryption: { kind: 'none', keyIds: [] },
  found: 'ucp',
  report: {
    format: 'ucp',
    identity: {},
    servers: [],
    stats: [],
    totalSize: 0,
    counts: {},
    facts: {},
    contentBytes: 0,
  },
  volumes: [
    { name: 'ucp-kv', files: 20, bytes: 7, whole: true },
    { name: 'ucp-client-root-ca', files: 11, bytes: 7, whole: true },
  ],
  certificates: [
    certificate('2026-05-01T12:00:00Z'),
    certificate('2026-05-13T12:00:00Z'),
    certificate('2028-05-03T12:00:00Z'),
  ],
  rule,
  verification: { at: '2026-05-03T10:00:00Z', by: '1', result: 'ok' },
};
const damaged = (code: string, change: Partial<ShownUcpArchive> = {}): ShownUcpArchive => ({
  ...archive,
  ...change,
  verification: { ...archive.verification, result: 'damaged', code, message: 'Why.' },
  error: { code, category: 'refused', message: 'Why.', next: 'Then.' },
});

describe('Words of the page of a backup of UCP or MKE', () => {
  it('never call a backup verified that is not, and restore only a sound one', () => {
    assert.equal(verdict(archive).title, 'Verified');
    assert.match(verdict(archive).text, /31 files of at least 27/);
    assert.ok(isRestorable(archive));
    const titles = {
      'snapshot.notUcp': 'Not a backup of UCP or MKE',
      'snapshot.truncated': 'Cut short',
      'snapshot.ucpUnsound': 'Whole, but not a sound backup',
      'snapshot.badTar': 'Damaged',
    };
    for (const [code, title] of Object.entries(titles)) {
      const { tone, ...said } = verdict(damaged(code));
      assert.deepEqual([tone, said.title, said.text], ['bad', title, 'Why.']);
      assert.ok(!isRestorable(damaged(code)), code);
    }
  });

  it('say how far the reading of a damaged file got', () => {
    const volumes = archive.volumes.map((volume, at) => ({ ...volume, whole: at === 0 }));
    assert.equal(
      readable(damaged('snapshot.truncated', { volumes })),
      '1 of 2 volumes whole, 31 files, 3 certificates',
    );
    assert.equal(readable(damaged('snapshot.notUcp', { volumes: [] })), 'nothing');
  });

  it('offer the editor for what the file is instead, where there is one', () => {
    const found = (id: ShownUcpArchive['found']) =>
      otherKind(damaged('snapshot.notUcp', id === undefined ? {} : { found: id }));
    assert.equal(found('swarm'), 'swarm');
    assert.equal(found('consul'), 'snapshot');
    assert.equal(found('raft'), 'snapshot');
    assert.equal(found('tar'), undefined);
    assert.equal(found('gzip'), undefined);
    assert.equal(otherKind(damaged('snapshot.truncated', { found: 'swarm' })), undefined);
    assert.equal(otherKind(archive), undefined);
  });

  it('count what has expired and what soon will', () => {
    assert.deepEqual(
      highlights(archive, now).map((figure) => figure.join(' ')),
      ['2 volumes', '31 files', '3 certificates', '1 of them expired', '1 of them expires soon'],
    );
  });

  it('tell the end of a certificate in an icon and in words', () => {
    const [gone, soon, later] = archive.certificates.map((one) => expiry(one, now));
    assert.deepEqual(gone, { state: 'expired', icon: 'error', text: 'Expired 2 days ago' });
    assert.deepEqual(soon, { state: 'soon', icon: 'warning', text: 'Expires soon, in 10 days' });
    assert.deepEqual(later, { state: 'later', icon: 'pass', text: 'Valid for 2 years' });
  });

  it('find a certificate by all that is said of it', () => {
    const text = certificateText(certificate(''));
    for (const word of ['server-certs', 'cn=controller', 'root ca', '10.0.0.1']) {
      assert.ok(text.includes(word), word);
    }
  });

  it('show each thing that the rule asks for, and which one fails', () => {
    assert.deepEqual(
      conditions(rule, true).map(({ state, found }) => [state, found]),
      [
        ['holds', '31 files'],
        ['holds', 'there'],
      ],
    );
    const older: UcpRule = {
      id: 'older',
      files: 90,
      needed: 101,
      missing: ['ucp-node-certs/key.pem'],
      holds: false,
    };
    assert.deepEqual(
      conditions(older, true).map(({ state, found }) => [state, found]),
      [
        ['fails', '90 files'],
        ['holds', 'there'],
        ['fails', 'missing or empty'],
      ],
    );
    // What did not come is not known to be missing.
    assert.deepEqual(
      conditions(older, false).map(({ state, found }) => [state, found]),
      [
        ['open', '90 files so far'],
        ['holds', 'there'],
        ['open', 'not in what could be read'],
      ],
    );
    assert.ok(isReadWhole(damaged('snapshot.ucpUnsound')));
    assert.ok(!isReadWhole(damaged('snapshot.truncated')));
    assert.match(ruleOf(older), /up to 3\.1/);
    assert.match(ruleOf(rule), /3\.2 and later/);
  });

  it('show all that a manifest says of the source, also what has no title', () => {
    assert.deepEqual(sourceFacts({ node: 'm1', instance: 'abc', odd: 'x' }), [
      ['Taken on manager', 'm1'],
      ['Instance (swarm)', 'abc'],
      ['Odd', 'x'],
    ]);
    assert.deepEqual(sourceFacts(), []);
  });
});
