import { isClusterBackupError } from '../../core/errors';

const PASSING =
  /^(http\.(unreachable|timeout|reset|cut|stalled)|upsun\.(apiFailed|limited|notApi))$/;

/** Whether a failure may pass while the platform works. */
export function mayPass(error: unknown): boolean {
  return isClusterBackupError(error) && PASSING.test(error.code);
}

/** With a capital at its beginning. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a cancellation says already what becomes of it on the platform. */
export function isTold(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Cancelled: ');
}
