import * as vscode from 'vscode';
import type { Services } from './services';
import { healthInterval } from './settings';

/** Asks for the clusters' health while their view is seen; an idle editor asks nothing. */
export function startHealthChecks(
  services: Services,
  view: vscode.TreeView<unknown>,
): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  let asked = Date.now();
  const check = () => {
    asked = Date.now();
    void services.store.refreshHealth();
  };
  const schedule = () => {
    clearInterval(timer);
    const seconds = healthInterval();
    if (!view.visible || seconds <= 0) return;
    if (Date.now() - asked > seconds * 1000) check();
    timer = setInterval(check, Math.max(5, seconds) * 1000);
  };
  schedule();
  return vscode.Disposable.from(
    view.onDidChangeVisibility(schedule),
    vscode.workspace.onDidChangeConfiguration(schedule),
    new vscode.Disposable(() => clearInterval(timer)),
  );
}
