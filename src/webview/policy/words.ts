import type { ShownPolicy } from '../../protocol/policyMessages';
import { ASKED, problemTold } from '../shared/told';
import type { Told } from '../shared/told';

/** What goes on or has just come to pass; undefined where that is nothing. */
export function activity(shown: ShownPolicy): Told | undefined {
  const { busy, problem, overtaken, saved } = shown;
  if (busy !== undefined) return BUSY[busy];
  if (overtaken === true) {
    return {
      tone: 'notice',
      icon: 'warning',
      title: 'The file was changed meanwhile',
      text: `It is not as it was when the change was planned, so nothing was saved. It has been read again; what you entered still stands in its fields: look at it and review it again. [${problem?.code ?? ''}]`,
    };
  }
  if (problem !== undefined) return problemTold(problem);
  if (saved === true) {
    return {
      tone: 'good',
      icon: 'pass-filled',
      title: 'Saved',
      text: 'The configuration has the change; who runs the schedules goes by it from now on.',
    };
  }
  return undefined;
}

const BUSY: Readonly<Record<NonNullable<ShownPolicy['busy']>, Told | undefined>> = {
  // Quick: a banner would only flicker.
  reading: undefined,
  planning: undefined,
  asked: ASKED,
  saving: undefined,
};

/** What one has to know of the time line. */
export function noteText(
  { backups, platform }: ShownPolicy,
  stale: boolean,
  isEdited: boolean,
): string {
  const known =
    backups === undefined
      ? 'The backups there are now could not be read: only those to come are shown.'
      : 'A forecast: what is there now, and what the schedules will make if each run goes well. Nobody is assumed to make one by hand.';
  const kept =
    platform?.settings !== true
      ? ''
      : ' How long the platform keeps them is not in it: that is set there.';
  if (!stale) return known + kept;
  const wrong = 'The fields are not right yet:';
  return `${known}${kept} ${wrong} ${isEdited ? 'shown is what they said last.' : 'what comes of them is not shown.'}`;
}

/** Whose clock the times are of, where the policy goes by another one. @param own the person's zone */
export function zoneText(zone: string, own = new Intl.DateTimeFormat().resolvedOptions().timeZone) {
  return zone === own
    ? ''
    : ` Times are those of your own clock (${own}); the policy’s days are those of ${zone}.`;
}
