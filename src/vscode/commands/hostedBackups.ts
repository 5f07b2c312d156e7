import * as vscode from 'vscode';
import { labelProblem } from '../../core/model';
import { commands } from '../../ids';
import { withDecryption } from '../decryption';
import { editorErrors } from '../editorErrors';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import { bytesText, spanText } from '../text';
import { chooseHosted } from './choose';
import type { HostedArgument } from './choose';
import { notesText } from './runBackup';

/** *Fetch into the Vault*: copies a backup from the platform's side, checked and encrypted like any other. */
export async function fetchHosted(services: Services, argument?: HostedArgument): Promise<void> {
  const chosen = await chooseHosted(services, argument, 'Fetch which backup into the vault?', {
    cluster: ({ hosted }) => hosted?.fetch === true,
  });
  if (chosen === undefined) return;
  const { entry, hosted } = chosen;
  const { ui, store } = services;
  const { name } = hosted;
  if (hosted.fetch !== true) {
    const why = hosted.fetch ?? `${entry.definition.title} does not hand it out.`;
    throw editorErrors.notFetchable({ message: `${name} can't be fetched: ${why}` });
  }
  const title = `Fetch ${name}`;
  const label = await ui.input({
    title,
    prompt: 'Label, to find it again. Press Enter for none.',
    validateInput: (value) => labelProblem(value),
  });
  if (label === undefined) return;
  const cluster = await store.resolve(entry, services.secrets.asking);
  const start = performance.now();
  const common = { cluster, id: hosted.id, label: label === '' ? undefined : label };
  const backup = await withDecryption(services, name, {}, (decryption) =>
    // The cluster's own passphrase is tried first.
    runOperation(services, title, 'fetchHosted', {
      ...common,
      ...(Object.keys(decryption).length === 0 ? {} : { decryption }),
    }),
  );
  if (backup === undefined) return;
  const took = spanText((performance.now() - start) / 1000);
  const { manifest } = backup;
  void ui
    .info(
      `Fetched ${name} into the vault of ${entry.config.name}: ${bytesText(manifest.bytes)}, checked, in ${took}.${notesText(backup)}`,
      'Open',
    )
    .then(async (answer) => {
      if (answer === undefined) return;
      await vscode.commands.executeCommand(commands.openBackup, { entry, backup });
    });
}

/** Copies the id by which the platform knows a backup. */
export async function copyHostedId(services: Services, argument?: HostedArgument): Promise<void> {
  const chosen = await chooseHosted(services, argument, 'Copy the id of which backup?');
  if (chosen === undefined) return;
  await vscode.env.clipboard.writeText(chosen.hosted.id);
  vscode.window.setStatusBarMessage('$(check) Id copied', 3_000);
}
