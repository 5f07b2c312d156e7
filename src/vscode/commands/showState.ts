import * as vscode from 'vscode';
import { views } from '../../ids';
import { worstFirst } from '../clusterState';
import type { Services } from '../services';
import type { ClusterArgument } from './choose';

/** Shows the *Clusters* view, and in it the cluster it was called on, else the one that stands worst. */
export async function showState(services: Services, argument?: ClusterArgument): Promise<void> {
  const { store, standings, reveal } = services;
  await vscode.commands.executeCommand(`${views.clusters}.focus`);
  const all = store.entries.map((entry) => ({ entry, state: standings.of(entry) }));
  const entry = argument?.entry ?? worstFirst(all)[0]?.entry;
  if (entry !== undefined) await reveal(entry);
}
