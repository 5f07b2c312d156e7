import * as vscode from 'vscode';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { configErrors } from '../../core/config/configErrors';
import { addCluster } from '../../core/config/edit';
import { toErrorInfo } from '../../core/errors';

/** A cluster's entry, and the file it goes to. */
export interface NewEntry {
  file: string;
  name: string;
  entry: Record<string, unknown>;
}

/**
 * Writes a cluster's entry into its configuration file; into the text that somebody is editing, where one is.
 *
 * @throws `config.nameTaken`, `config.notWritten`
 */
export async function writeEntry({ file, name, entry }: NewEntry): Promise<void> {
  const open = vscode.workspace.textDocuments.find((d) => d.uri.fsPath === file && d.isDirty);
  try {
    if (open !== undefined) {
      // Someone is editing the file: the entry goes into their text, and is saved with it.
      const edit = new vscode.WorkspaceEdit();
      const all = new vscode.Range(0, 0, open.lineCount, 0);
      edit.replace(open.uri, all, addCluster(open.getText(), name, entry));
      await vscode.workspace.applyEdit(edit);
      await open.save();
      return;
    }
    await mkdir(dirname(file), { recursive: true });
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    await writeFileAtomic(file, addCluster(text, name, entry));
  } catch (cause) {
    if (toErrorInfo(cause).code.startsWith('config.')) throw cause;
    throw configErrors.notWritten({ message: `${file} could not be written.`, cause });
  }
}
