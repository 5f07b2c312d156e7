import * as vscode from 'vscode';
import type { HostedState } from '../../core/model';

/** Colours beside icons and words, never instead of them. */
const COLOURS: Partial<Record<HostedState, string>> = {
  ready: 'testing.iconPassed',
  failed: 'problemsErrorIcon.foreground',
  unknown: 'problemsWarningIcon.foreground',
};

export function stateIcon(state: HostedState, icon: string): vscode.ThemeIcon {
  const colour = COLOURS[state];
  return new vscode.ThemeIcon(
    icon,
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
}
