import * as vscode from 'vscode';
import { settings } from '../ids';

function read<T>(id: string, fallback: T): T {
  const dot = id.lastIndexOf('.');
  return vscode.workspace.getConfiguration(id.slice(0, dot)).get<T>(id.slice(dot + 1), fallback);
}

/** Seconds between two questions about a cluster's health while the view is visible; 0 asks on demand. */
export const healthInterval = () => read<number>(settings.healthInterval, 60);

/** Whether a restore first backs up what the cluster holds. */
export const safetyBackup = () => read<boolean>(settings.safetyBackup, true);

/** Whether this editor carries out the policies itself while it is open. */
export const runSchedules = () => read<boolean>(settings.runSchedules, false);
