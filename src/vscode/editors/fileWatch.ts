import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';

/** What tells one state of a file from another. */
interface Stamp {
  size: number;
  modified: number;
}

async function stampOf(path: string): Promise<Stamp | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { size, modified: mtimeMs };
  } catch {
    return undefined;
  }
}

/** Tells when a file is no longer what it was. */
export class FileWatch implements vscode.Disposable {
  #seen: Stamp | undefined;
  readonly #watcher: vscode.FileSystemWatcher;

  constructor(
    private readonly uri: vscode.Uri,
    private readonly onChange: (state: 'same' | 'changed' | 'deleted') => void,
  ) {
    // The folder, not the name: a name may hold characters that a pattern reads otherwise.
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), '*');
    this.#watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const look = (changed: vscode.Uri): void => {
      if (changed.fsPath === uri.fsPath) void this.#look();
    };
    this.#watcher.onDidChange(look);
    this.#watcher.onDidCreate(look);
    this.#watcher.onDidDelete(look);
  }

  /** From here on, the file as it is now is the one to compare with. */
  async remember(): Promise<void> {
    this.#seen = await stampOf(this.uri.fsPath);
  }

  async #look(): Promise<void> {
    const now = await stampOf(this.uri.fsPath);
    // Watchers also tell of changes that were none.
    const same = now?.size === this.#seen?.size && now?.modified === this.#seen?.modified;
    this.onChange(now === undefined ? 'deleted' : same ? 'same' : 'changed');
  }

  dispose(): void {
    this.#watcher.dispose();
  }
}
