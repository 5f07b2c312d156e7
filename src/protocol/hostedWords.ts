import type { HostedBackup, HostedState } from '../core/model';

/** States of backups on a platform's own side: words, and icons that trees and pages have alike. */
const STATES: Record<HostedState, { word?: string; icon: string }> = {
  inProgress: { word: 'in progress', icon: 'sync' },
  ready: { word: 'ready', icon: 'pass' },
  failed: { word: 'failed', icon: 'error' },
  restoring: { word: 'being restored', icon: 'history' },
  deleting: { word: 'being deleted', icon: 'trash' },
  unknown: { icon: 'question' },
};

/** A state in a word and an icon; one that is not known in the platform's own word. */
export function hostedState({ state, stateText }: Pick<HostedBackup, 'state' | 'stateText'>): {
  word: string;
  icon: string;
} {
  const { word, icon } = STATES[state];
  return { word: word ?? (stateText === '' ? 'state not known' : stateText), icon };
}

/** The word, and the platform's own beside it where that is another. */
export function hostedStateText(of: Pick<HostedBackup, 'state' | 'stateText'>): string {
  const { word } = hostedState(of);
  return word === of.stateText || of.stateText === '' ? word : `${word} (${of.stateText})`;
}

/** Who made it, where the platform says so. */
export function madeBy({ automated }: Pick<HostedBackup, 'automated'>): string | undefined {
  return automated === undefined ? undefined : automated ? 'automated' : 'manual';
}
