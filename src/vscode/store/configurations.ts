import * as vscode from 'vscode';
import { join } from 'node:path';
import { CONFIG_FILE } from '../../compose/userFolders';
import type { ClusterConfig, ConfigProblem } from '../../core/config/parse';
import { toErrorInfo } from '../../core/errors';

/** Loaded late by whoever reads one. */
type Parts = Pick<typeof import('./storeParts'), 'readConfigFile' | 'systems'>;

/** What is wrong in a configuration file, and in which. */
export type FileProblem = ConfigProblem & { file: string };

/**
 * Configuration files that count here: those of the workspace's folders, then the user's own.
 *
 * @param own absolute
 */
export function configFiles(own: string): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [
    ...folders.filter((f) => f.uri.scheme === 'file').map((f) => join(f.uri.fsPath, CONFIG_FILE)),
    own,
  ];
}

/**
 * Tells when one of them was made, changed or taken away.
 *
 * @param own absolute
 */
export function watchConfigFiles(own: string, onChange: () => void): vscode.Disposable[] {
  const patterns = [
    ...(vscode.workspace.workspaceFolders ?? []).map(
      (f) => new vscode.RelativePattern(f, CONFIG_FILE),
    ),
    new vscode.RelativePattern(vscode.Uri.joinPath(vscode.Uri.file(own), '..'), CONFIG_FILE),
  ];
  return patterns.map((pattern) => {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    watcher.onDidChange(onChange);
    watcher.onDidCreate(onChange);
    watcher.onDidDelete(onChange);
    return watcher;
  });
}

/**
 * The clusters of these files, and what is wrong in them. One that can't be read is a problem as well.
 *
 * @param vault absolute; for clusters that name none
 */
export async function readClusters(
  files: readonly string[],
  vault: string,
  { readConfigFile, systems }: Parts,
): Promise<{ clusters: ClusterConfig[]; problems: FileProblem[] }> {
  const clusters: ClusterConfig[] = [];
  const problems: FileProblem[] = [];
  for (const file of files) {
    try {
      const parsed = await readConfigFile(file, systems, vault);
      problems.push(...(parsed?.problems ?? []).map((p) => ({ ...p, file })));
      clusters.push(...(parsed?.clusters ?? []));
    } catch (error) {
      problems.push({ file, offset: 0, line: 1, message: toErrorInfo(error).message });
    }
  }
  return { clusters, problems };
}
