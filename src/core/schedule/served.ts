/** Which planned moment got the last backup of a schedule. Milliseconds since 1970. */
export interface ServedMoment {
  moment: number;
  /** When that one was begun, by the clock of that time. */
  at: number;
}

/**
 * So far (ms) may a clock be set back and its dates still count. Beyond that it was ahead before, and what was made then
 * must not stand in for a backup of the real moment: rather one too many than none.
 */
const SET_BACK = 3_600_000;

/**
 * Whether a planned moment has had its backup, wherever that one is now. Only the last one to get any is known: a clock
 * that is set back by a day must not leave a day without backups.
 *
 * @param last what was noted of it, maybe before a restart
 */
export function hadItsBackup(last: ServedMoment | undefined, since: number, now: number): boolean {
  return last?.moment === since && last.at - now <= SET_BACK;
}
