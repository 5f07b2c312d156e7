import type { HostedRestore } from '../../core/model';
import type { ShownHosted } from '../../protocol/hostedMessages';
import { hostedStateText } from '../../protocol/hostedWords';
import type { Told } from '../shared/told';

/** What matters most of a backup now, in a sentence and its reason. */
export function verdict({ backup, gone, asking, error, can }: ShownHosted): Told {
  const { state } = backup;
  if (gone) {
    return {
      tone: 'notice',
      icon: 'trash',
      title: 'The platform does not list it any more',
      text: 'It was deleted, or it has expired. Below is what was last known of it.',
    };
  }
  if (error !== undefined) {
    return {
      tone: 'notice',
      icon: 'warning',
      title: asking ? 'Asking the platform again…' : 'The platform could not be asked',
      text: `${error.message} ${error.next} [${error.code}] Below is what was last known.`,
    };
  }
  if (state === 'failed') {
    const text = backup.error ?? 'The platform does not say why it failed.';
    return { tone: 'bad', icon: 'error', title: 'This backup failed', text };
  }
  if (state === 'inProgress') {
    const text = 'The platform is making it; this page follows.';
    return { tone: 'info', icon: 'sync', title: 'Being made', text };
  }
  if (state === 'restoring') {
    const text = 'The platform is restoring it; this page follows.';
    return { tone: 'info', icon: 'history', title: 'Being restored', text };
  }
  if (state === 'deleting') {
    const text = 'The platform is deleting it.';
    return { tone: 'info', icon: 'trash', title: 'Being deleted', text };
  }
  if (can.restore && backup.restore !== true) {
    const text = backup.restore ?? 'The platform does not say whether it can.';
    return { tone: 'notice', icon: 'warning', title: 'It can’t be restored now', text };
  }
  if (state === 'unknown') {
    return {
      tone: 'notice',
      icon: 'question',
      title: 'Its state is not known here',
      text: `The platform calls it “${hostedStateText(backup)}”.`,
    };
  }
  return can.restore
    ? { tone: 'good', icon: 'pass-filled', title: 'Ready', text: 'It can be restored.' }
    : { tone: 'good', icon: 'pass-filled', title: 'Ready', text: 'The platform keeps it.' };
}

/** How a restore went: what is ready there is done. */
export function restoreText(restore: HostedRestore): string {
  const { state, stateText } = restore;
  if (state !== 'ready') return hostedStateText(restore);
  return stateText === '' ? 'done' : `done (${stateText})`;
}
