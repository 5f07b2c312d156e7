import { isIP } from 'node:net';
import type { RestoreFacts } from './restoreFacts';

/** Id of the unlock key among the payloads. */
export const UNLOCK_KEY = 'secret/unlockKey';

/** An address or the name of an interface, as `--host-address` takes it. */
export function isHostAddress(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,62}$/.test(text);
}

/** A name or address, as `--san` takes it. */
export function isCertificateName(text: string): boolean {
  if (isIP(text) !== 0) return true;
  return text.length <= 253 && /^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(text);
}

export function isUnlockKey(text: string): boolean {
  return /^SWMKEY-1-[A-Za-z0-9+/]{40,60}={0,2}$/.test(text);
}

/** Names that were asked for besides, as they were typed. */
export function namesOf(answer: string | undefined): string[] {
  return [...new Set((answer ?? '').split(/[\s,]+/).filter((name) => name !== ''))];
}

/** Where the engine is to be reached by others, if that was answered. */
export function hostAddress({ answers }: Pick<RestoreFacts, 'answers'>): string | undefined {
  return answers['hostAddress']?.trim() || undefined;
}

/** The unlock key among the payloads, which are base64. */
export function unlockKeyOf(payloads: Readonly<Record<string, string>>): string | undefined {
  const payload = payloads[UNLOCK_KEY];
  // A file ends with a line end as a rule; a key has none.
  return payload === undefined ? undefined : Buffer.from(payload, 'base64').toString('utf8').trim();
}
