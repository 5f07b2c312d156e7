import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as vscode from 'vscode';
import type { DecryptionSecrets } from '../../../src/core/ports';
import type { InspectState, SortedKeyQuery } from '../../../src/protocol/inspectMessages';
import { createEncryptor } from '../../../src/snapshots/openpgp';
import type { FileActions } from '../../../src/vscode/editors/fileActions';
import { SnapshotDocument } from '../../../src/vscode/editors/snapshotDocument';
import { connectPanel } from '../../../src/vscode/editors/snapshotPanel';
import { pageHtml, pageOptions } from '../../../src/vscode/panels/webviewPage';
import { OperationsClient } from '../../../src/workers/operationsClient';
import { fixture, projectFolder } from '../../support/snapshots/fixtures';

const SNAPSHOT = 'consul-1.10-mixed.snap';
const TOP: SortedKeyQuery = {
  depth: 2,
  filter: '',
  limit: 10,
  sort: { by: 'sum', descending: true },
};

const log = vscode.window.createOutputChannel('Snapshot editor tests', { log: true });

describe('The snapshot editor', () => {
  let folder: string;
  let client: OperationsClient;
  const documents: SnapshotDocument[] = [];
  const asked: boolean[] = [];
  let answers: (DecryptionSecrets | undefined)[] = [];

  const actions: FileActions = {
    decryptionFor: () => Promise.resolve(undefined),
    askDecryption: (_source, _kind, again) => {
      asked.push(again);
      return Promise.resolve(answers.shift());
    },
    verify: () => Promise.resolve(undefined),
    restoreFrom: () => Promise.resolve(),
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snapshot-editor-'));
    const options = {
      activities: join(folder, 'activities'),
      state: join(folder, 'state'),
      by: 'test',
      env: {},
    };
    client = new OperationsClient(join(projectFolder, 'dist/workers'), options, log);
    asked.length = 0;
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const document of documents.splice(0)) document.dispose();
    await client.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  async function file(content: Uint8Array, name = SNAPSHOT): Promise<vscode.Uri> {
    const path = join(folder, name);
    await writeFile(path, content);
    return vscode.Uri.file(path);
  }

  function open(uri: vscode.Uri): SnapshotDocument {
    const document = new SnapshotDocument(uri, { client, log }, actions);
    documents.push(document);
    return document;
  }

  function shown(state: InspectState) {
    assert.ok(state.kind === 'shown', `the state is ${JSON.stringify(state)}`);
    return state.shown;
  }

  async function encrypted(): Promise<vscode.Uri> {
    const request = { kind: 'passphrase', passphrase: 'correct horse' } as const;
    const plain = Readable.from([fixture(SNAPSHOT)]);
    const { stream } = await createEncryptor().encrypt(plain, request);
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk as Uint8Array);
    return file(Buffer.concat(chunks), `${SNAPSHOT}.gpg`);
  }

  it('opens snapshot files by itself', async () => {
    await vscode.commands.executeCommand('vscode.open', await file(fixture(SNAPSHOT)));
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom, 'another editor opened it');
    assert.equal(input.viewType, 'clusterBackup.snapshot');
  });

  it('shows what a snapshot holds, and the keys by prefix', async () => {
    const document = open(await file(fixture(SNAPSHOT)));
    await document.read();
    const { report, verification, product } = shown(document.state);
    assert.deepEqual([verification.result, product.id], ['ok', 'consul']);
    assert.equal(report.identity.id, '2-3272-1795273087137');
    assert.deepEqual(report.stats[0], { name: 'Register', count: 33, sum: 24_900 });
    const { rows, totalCount } = await document.keys(TOP);
    assert.deepEqual(
      rows.map(({ name, count, sum }) => [name, count, sum]),
      [
        ['app/feature', 39, 3689],
        ['app/config', 1, 97],
      ],
    );
    assert.equal(totalCount, 40);
  });

  it('keeps to itself what only the log may have', async () => {
    const bytes = fixture(SNAPSHOT);
    const document = open(await file(bytes.subarray(0, bytes.length - 40)));
    await document.read();
    const snapshot = shown(document.state);
    assert.equal(snapshot.verification.result, 'damaged');
    assert.ok(snapshot.error !== undefined && !('detail' in snapshot.error));
    assert.ok(!('session' in snapshot));
    assert.ok(snapshot.report.stats.length > 0, 'what can still be read is there');
  });

  it('reads the file once more, unseen, when its thread has gone', async () => {
    const document = open(await file(fixture(SNAPSHOT)));
    await document.read();
    await client.dispose();
    const [one, two] = await Promise.all([document.keys(TOP), document.keys(TOP)]);
    assert.equal(one.totalCount, 40);
    assert.deepEqual(two, one);
    assert.equal(document.state.kind, 'shown');
  });

  it('asks for the passphrase again when it was wrong, and stays locked when given up', async () => {
    const document = open(await encrypted());
    await document.read();
    assert.deepEqual(document.state, { kind: 'locked', by: 'passphrase', wrong: false });
    answers = [{ passphrase: 'wrong' }, undefined];
    await document.unlock();
    assert.deepEqual(asked, [false, true]);
    assert.deepEqual(document.state, { kind: 'locked', by: 'passphrase', wrong: true });
    answers = [{ passphrase: 'correct horse' }];
    await document.unlock();
    assert.equal(shown(document.state).encryption.kind, 'passphrase');
    assert.equal((await document.keys(TOP)).totalCount, 40);
  });

  it('can be cancelled, and read after all', async () => {
    const document = open(await file(fixture(SNAPSHOT)));
    const reading = document.read();
    document.cancel();
    await reading;
    assert.equal(document.state.kind, 'cancelled');
    await document.read();
    shown(document.state);
  });

  it('says when the file is gone, and when it has changed', async () => {
    const uri = await file(fixture(SNAPSHOT));
    const document = open(uri);
    await document.read();
    const noticed = (what: string) =>
      new Promise<void>((resolve) => {
        const listening = document.onDidNotice((notice) => {
          if (notice.file !== what) return;
          listening.dispose();
          resolve();
        });
      });
    const changed = noticed('changed');
    await writeFile(uri.fsPath, fixture('consul-1.8-minimal.snap'));
    await changed;
    assert.equal(shown(document.state).report.identity.id, '2-3272-1795273087137');
    await document.read();
    assert.equal(document.notice.file, 'same');
    assert.equal(shown(document.state).report.identity.id, '2-7-1795271154595');
    const deleted = noticed('deleted');
    await rm(uri.fsPath);
    await deleted;
  });

  it('says why a file can’t be read', async () => {
    const document = open(vscode.Uri.file(join(folder, 'none.snap')));
    await document.read();
    assert.ok(document.state.kind === 'failed');
    assert.match(document.state.error.message, /none\.snap/);
  });

  it('copies the JSON that consul itself prints', async () => {
    const document = open(await file(fixture(SNAPSHOT)));
    await document.read();
    await document.copyJson(TOP);
    const expected = fixture('consul-1.10-mixed.kvdetails-depth2.json.txt').toString();
    assert.equal((await vscode.env.clipboard.readText()).trim(), expected.trim());
  });

  it('runs its page under a policy that allows nothing else', async () => {
    const document = open(await file(fixture(SNAPSHOT)));
    await document.read();
    const extension = vscode.Uri.file(projectFolder);
    const panel = vscode.window.createWebviewPanel('test', 'Test', vscode.ViewColumn.Active);
    panel.webview.options = pageOptions(extension);
    // The page asks for keys only after its script ran and drew the snapshot.
    const keys = new Promise<SortedKeyQuery>((resolve) => {
      panel.webview.onDidReceiveMessage((m: { type: string; query: SortedKeyQuery }) => {
        if (m.type === 'keys') resolve(m.query);
      });
    });
    const connection = connectPanel(document, panel.webview, log);
    const html = pageHtml(panel.webview, extension, 'inspect', 'A "<title>"');
    assert.match(html, /default-src &#39;none&#39;|default-src 'none'/);
    assert.doesNotMatch(html, /unsafe|<title>"/);
    panel.webview.html = html;
    assert.equal((await keys).depth, 2);
    connection.dispose();
    panel.dispose();
  });

  it('has the pages it needs', async () => {
    for (const name of ['archive.js', 'archive.css', 'inspect.js', 'plan.js', 'codicon.ttf']) {
      assert.ok((await readFile(join(projectFolder, 'dist/webview', name))).length > 0, name);
    }
  });
});
