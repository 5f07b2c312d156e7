import { isAbsolute, relative } from 'node:path';
import type * as vscode from 'vscode';
import { commands as ids } from '../../ids';
import { askDecryption, configuredDecryption } from '../decryption';
import type { Services } from '../services';
import { registerSnapshotEditor } from './snapshotEditor';
import { commands } from 'vscode';

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
    verify: async (uri) => void (await commands.executeCommand(ids.verifyFile, uri)),
    restoreFrom: async (uri) => void (await commands.executeCommand(ids.restoreFile, uri)),
  });
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
