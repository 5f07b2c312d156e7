import * as vscode from 'vscode';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { configErrors } from '../core/config/configErrors';
import { toErrorInfo } from '../core/errors';

/**
 * The text of a configuration file; what somebody is editing and has not saved yet, where one is. Empty where there is
 * no file.
 *
 * @throws `config.unreadable`
 */
export async function readConfigText(file: string): Promise<string> {
  const open = editedDocument(file);
  if (open !== undefined) return open.getText();
  return readFile(file, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw configErrors.unreadable({ message: `${file} could not be read.`, cause });
  });
}

/**
 * Changes the text of a configuration file. Where someone is editing it, the change goes into their text, and is saved
 * with it.
 *
 * @param change gives the new text; what it throws is thrown, and nothing is written
 * @throws `config.unreadable`, `config.notWritten`
 */
export async function changeConfigText(
  file: string,
  change: (text: string) => string,
): Promise<void> {
  const text = await readConfigText(file);
  const after = change(text);
  try {
    const open = editedDocument(file);
    if (open === undefined) {
      await mkdir(dirname(file), { recursive: true });
      await writeFileAtomic(file, after);
      return;
    }
    const edit = new vscode.WorkspaceEdit();
    edit.replace(open.uri, new vscode.Range(0, 0, open.lineCount, 0), after);
    const done = (await vscode.workspace.applyEdit(edit)) && (await open.save());
    if (!done) throw configErrors.notWritten({ message: `${file} could not be saved.` });
  } catch (cause) {
    if (toErrorInfo(cause).code.startsWith('config.')) throw cause;
    throw configErrors.notWritten({ message: `${file} could not be written.`, cause });
  }
}

function editedDocument(file: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((d) => d.uri.fsPath === file && d.isDirty);
}
