import { isAbsolute, relative } from 'node:path';
import type * as vscode from 'vscode';
import { commands } from '../../ids';
import { restoreFile } from '../commands/restoreBackup';
import { verifyFile } from '../commands/verifyBackup';
import { askDecryption, configuredDecryption } from '../decryption';
import { runCommand } from '../run';
import type { Services } from '../services';
import { registerSnapshotEditor } from './snapshotEditor';

/** The custom editors, given what the rest of the extension does for them. */
export function registerEditors(services: Services): vscode.Disposable {
  return registerSnapshotEditor(services, {
    async decryptionFor(path) {
      const { entries } = services.store;
      const owner = entries.find(({ config }) => isInside(config.vault, path));
      return owner && configuredDecryption(services, owner);
    },
    askDecryption: (source, kind, again) =>
      askDecryption(services, source.kind === 'file' ? source.path : source.id, kind, again),
    verify: (path, decryption) =>
      runCommand(services, commands.verifyFile, () => verifyFile(services, path, decryption)),
    restoreFrom: (path, decryption) =>
      runCommand(services, commands.restoreFile, () => restoreFile(services, path, decryption)),
  });
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
