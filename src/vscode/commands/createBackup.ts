import * as vscode from 'vscode';
import { labelProblem } from '../../core/model';
import { commands } from '../../ids';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import { bytesText, spanText } from '../text';
import { chooseCluster } from './choose';
import type { ClusterArgument } from './choose';

/** *Back Up Now*: mode and label are asked, then it runs with progress and a cancel that cancels. */
export async function createBackup(services: Services, argument?: ClusterArgument): Promise<void> {
  const { ui, store } = services;
  const entry = await chooseCluster(services, argument, 'Back up which cluster?');
  if (entry === undefined) return;
  const { name } = entry.config;
  const title = `Back Up ${name}`;
  const modes = entry.definition.capabilities.modes.map((mode) => ({
    label: mode.title,
    detail: mode.description,
    id: mode.id,
  }));
  const mode = modes.length === 1 ? modes[0] : await ui.pick(modes, { title, placeHolder: 'Mode' });
  if (mode === undefined) return;
  const label = await ui.input({
    title,
    prompt: 'Label, to find it again. Press Enter for none.',
    placeHolder: 'before-upgrade',
    validateInput: (value) => labelProblem(value),
  });
  if (label === undefined) return;

  const cluster = await store.resolve(entry, services.secrets.asking);
  const start = performance.now();
  const backup = await runOperation(services, title, 'backup', {
    cluster,
    mode: mode.id,
    label: label === '' ? undefined : label,
    origin: { kind: 'manual' },
  });
  void store.refreshHealth(entry);
  const took = spanText((performance.now() - start) / 1000);
  const { manifest } = backup;
  const index = manifest.snapshot?.index === undefined ? '' : `, index ${manifest.snapshot.index}`;
  const notes = (manifest.notes ?? []).map((n) => ` ${n}`).join('');
  void ui
    .info(
      `Backed up ${name}: ${bytesText(manifest.bytes)}${index}, checked, in ${took}.${notes}`,
      'Open',
    )
    .then((answer) => {
      if (answer === 'Open') {
        void vscode.commands.executeCommand(commands.openBackup, { entry, backup });
      }
    });
}
