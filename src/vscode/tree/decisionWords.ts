import type { RetentionDecision } from '../../core/retention/decide';

/** What a row says of a backup that its policy lets go of; undefined for one that stays. */
export function goesText(decision: RetentionDecision | undefined): string | undefined {
  return decision?.keep === false ? 'goes with the next pruning' : undefined;
}

/** What its tooltip says of what holds a backup, or why it goes: heading and words, without markup. */
export function decisionRow(decision: RetentionDecision | undefined): [string, string] | undefined {
  return decision && [decision.keep ? 'Held' : 'Goes', decision.why];
}
