import type { ShownRetention } from '../../protocol/retentionMessages';
import { ASKED, problemTold } from '../shared/told';
import type { Told } from '../shared/told';

/** What goes on or has just come to pass, and what one has to know of the settings; undefined where that is nothing. */
export function activity(shown: ShownRetention): Told | undefined {
  const { busy, problem, overtaken, sent, settings } = shown;
  if (busy !== undefined) return BUSY[busy];
  if (overtaken === true) {
    return {
      tone: 'notice',
      icon: 'warning',
      title: 'The settings were changed meanwhile',
      text: `Somebody else changed them since they were read, so nothing was sent. They have been read again; what you entered still stands in its fields: look at it and review it again. [${problem?.code ?? ''}]`,
    };
  }
  if (problem !== undefined) return problemTold(problem);
  if (sent !== undefined) {
    const title = settings?.kinds.find(({ id }) => id === sent)?.title ?? sent;
    return {
      tone: 'good',
      icon: 'pass-filled',
      title: `Changed: ${title}`,
      text: 'The platform has taken the change; what it says now is below.',
    };
  }
  return undefined;
}

const BUSY: Readonly<Record<NonNullable<ShownRetention['busy']>, Told>> = {
  reading: {
    tone: 'info',
    icon: 'sync',
    title: 'Asking the platform',
    text: 'Its settings and the backups there are.',
  },
  planning: {
    tone: 'info',
    icon: 'sync',
    title: 'Planning the change',
    text: 'The platform is asked; nothing is changed.',
  },
  asked: ASKED,
  sending: {
    tone: 'info',
    icon: 'sync',
    title: 'The change is being sent',
    text: 'Progress and cancelling are in the notification, too.',
  },
};
