import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('The extension in a trusted workspace', () => {
  it('is there and activates', async () => {
    assert.equal(vscode.workspace.isTrusted, true);
    const extension = vscode.extensions.getExtension('cluster-backup.cluster-backup');
    assert.ok(extension, 'the extension is not known to the editor');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
