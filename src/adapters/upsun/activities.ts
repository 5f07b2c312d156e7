import { coreErrors, isCancellation, isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import { follow } from '../follow';
import { HttpStatusError } from '../http';
import { pauseFor, retryAfter } from '../retry';
import { LOG_PATIENCE, readLog } from './activityLog';
import type { UpsunApi } from './api';
import type { UpsunConnections } from './connection';
import { upsunErrors } from './errors';
import { mayPass, sentence } from './words';
import type { UpsunActivity } from './wire';

/** Milliseconds between two looks: at first, and at most. The vendor's command line looks every three seconds. */
const PAUSES = { first: 250, longest: 4000 };
/** Milliseconds in which an activity that was just begun may not be known yet. */
const UNKNOWN_FOR = 60_000;
/** Milliseconds for asking the platform to stop; a cancelled run is ended by force after ten seconds. */
const STOP_WITHIN = 5000;
/** Of its log, in the message of a failure. */
const LAST_LINES = 5;

/**
 * Follows what the platform began to its end: how far it is, and its log line by line. Lost connections are waited out
 * and `Retry-After` is kept to. Cancelling asks the platform to stop where it offers that.
 *
 * @param what for messages: "the backup of main"
 * @returns them as they ended, all with success
 * @throws `upsun.activityFailed`, `upsun.activityCancelled`, `upsun.staged`, `upsun.silent`; `core.cancelled`, which
 *   says whether the platform goes on
 */
export async function followActivities(
  upsun: UpsunConnections,
  activities: readonly UpsunActivity[],
  what: string,
  context: RunContext,
): Promise<UpsunActivity[]> {
  const api = await upsun.api();
  // What the person asked for comes before what integrations make of it, as in the vendor's command line.
  const isSide = ({ type }: UpsunActivity) => type.startsWith('integration.');
  const ordered = [...activities.filter((a) => !isSide(a)), ...activities.filter(isSide)];
  const ended: UpsunActivity[] = [];
  for (const activity of ordered) {
    const one = new Followed(upsun, api, activity, what, context);
    ended.push(await one.toItsEnd());
  }
  return ended;
}

/** All is over with it, well or not. */
export function isOver({ state, completion_percent: percent, result }: UpsunActivity): boolean {
  if (['complete', 'cancelled', 'staged'].includes(state)) return true;
  return (percent ?? 0) >= 100 && result !== undefined;
}

class Followed {
  readonly #lines: string[] = [];
  #seen: UpsunActivity;
  #notBefore = 0;
  #trouble: unknown;

  constructor(
    private readonly upsun: UpsunConnections,
    private readonly api: UpsunApi,
    begun: UpsunActivity,
    private readonly what: string,
    private readonly context: RunContext,
  ) {
    this.#seen = begun;
  }

  async toItsEnd(): Promise<UpsunActivity> {
    const stop = new AbortController();
    const log = this.#readLog(AbortSignal.any([this.context.signal, stop.signal]));
    try {
      const ended = await this.#follow();
      this.#seen = ended;
      // The last lines come with the seal; where that never comes, they are waited for no longer.
      const rest = pauseFor(LOG_PATIENCE.rest, stop.signal).catch(() => undefined);
      await Promise.race([log, rest]);
      return this.#judged(ended);
    } catch (error) {
      if (isCancellation(error)) throw await this.#stopped(error);
      throw error;
    } finally {
      stop.abort();
      await log;
    }
  }

  #follow(): Promise<UpsunActivity> {
    const { signal } = this.context;
    const begun = Date.now();
    return follow<UpsunActivity>({
      look: () => this.#look(),
      isOver,
      passes: (error) =>
        isClusterBackupError(error) &&
        (mayPass(error) || (error.code === 'upsun.unknown' && Date.now() - begun < UNKNOWN_FOR)),
      pauses: PAUSES,
      silence: this.upsun.silence,
      told: ({ trouble, elapsed }) => {
        if (trouble instanceof Error && trouble !== this.#trouble) {
          this.context.log.warn(
            `${sentence(this.what)} could not be looked at: ${trouble.message}`,
          );
        }
        this.#trouble = trouble;
        this.#tell(elapsed);
      },
      silent: ({ seen, trouble }) => this.#silent(seen, trouble),
      cancelled: (error) => error,
      pause: (milliseconds, during) =>
        pauseFor(Math.max(milliseconds, this.#notBefore - Date.now()), during),
      signal,
    });
  }

  async #look(): Promise<UpsunActivity> {
    try {
      const { id, _links: links } = this.#seen;
      const now = await this.api.activity(id, this.context.signal);
      // The log's link may be given only once.
      this.#seen = { ...now, _links: { ...linksThatStay(links), ...now._links } };
      return this.#seen;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof HttpStatusError && cause.status === 429) {
        const asked = retryAfter(cause.headers['retry-after'], Date.now()) ?? 0;
        this.#notBefore = Date.now() + Math.min(asked, this.upsun.silence);
      }
      throw error;
    }
  }

  async #readLog(signal: AbortSignal): Promise<void> {
    const { idle } = this.upsun.connection.timeouts;
    let href = this.#seen._links['log'];
    while (href === undefined && !signal.aborted) {
      await pauseFor(LOG_PATIENCE.pause, signal).catch(() => undefined);
      href = this.#seen._links['log'];
      if (href === undefined && isOver(this.#seen)) return;
    }
    if (href === undefined || signal.aborted) return;
    const told = (message: string) => this.#line(message);
    await readLog(this.api, href, told, { signal, idle, patience: LOG_PATIENCE }).catch(
      (error: unknown) => {
        this.context.log.debug(`The log of ${this.what} could not be read: ${String(error)}`);
      },
    );
  }

  #line(message: string): void {
    for (const line of message.split('\n').map((each) => each.trimEnd())) {
      if (line.trim() === '') continue;
      this.context.log.info(line);
      this.#lines.push(line.trim());
      if (this.#lines.length > LAST_LINES) this.#lines.shift();
    }
    if (!isOver(this.#seen)) this.#tell();
  }

  #tell(elapsed?: number): void {
    const { completion_percent: percent, state } = this.#seen;
    const phase =
      this.#trouble !== undefined && elapsed !== undefined
        ? `Waiting for the platform to answer again (${Math.floor(elapsed / 1000)} s)`
        : (this.#lines.at(-1) ?? `${sentence(this.what)} is ${WORDS[state] ?? state}`);
    this.context.progress({
      phase,
      ...(percent === undefined
        ? {}
        : { done: Math.min(100, Math.max(0, percent)), total: 100, unit: 'percent' }),
    });
  }

  #judged(activity: UpsunActivity): UpsunActivity {
    const { result, state, failure_reason: reason, id } = activity;
    if (state === 'cancelled') {
      throw upsunErrors.activityCancelled({
        message: `${sentence(this.what)} was cancelled on the platform (activity ${id}).`,
      });
    }
    if (state === 'staged') {
      throw upsunErrors.staged({
        message: `${sentence(this.what)} was put aside with the other changes that wait for a deployment of the environment (activity ${id}).`,
      });
    }
    if (result === 'success') return activity;
    const why = reason === undefined ? 'the platform gives no reason' : `reason: ${reason}`;
    const lines = this.#lines.length === 0 ? '' : ` Its log ends with: ${this.#lines.join(' / ')}`;
    const said = `${sentence(this.what)} failed on the platform (activity ${id}; ${why}).${lines}`;
    throw upsunErrors.activityFailed({
      message: said.endsWith('.') ? said : `${said}.`,
      ...(lines === '' ? { next: 'Look at the activity in the console, mend what it names.' } : {}),
    });
  }

  #silent(seen: UpsunActivity | undefined, cause: unknown): Error {
    const { silence } = this.upsun;
    const { id } = this.#seen;
    const message =
      cause instanceof Error
        ? `Nothing was heard of ${this.what} (activity ${id}) for ${silence / 1000} seconds: ${cause.message}`
        : `${sentence(this.what)} (activity ${id}) stays for ${silence / 1000} seconds at ${seen?.completion_percent ?? 0} % and "${seen?.state ?? 'nothing'}".`;
    return upsunErrors.silent({ message, cause });
  }

  /** The person has cancelled: the platform is asked to stop too, where it offers that. */
  async #stopped(cause: unknown): Promise<Error> {
    const { id, _links: links } = this.#seen;
    const href = links['#cancel'];
    const goesOn = (why: string) =>
      coreErrors.cancelled({
        message: `Cancelled: ${this.what} is not followed any more. ${why}`,
        next: `Look at the activity ${id} in the console, and at the list of the backups, to see what became of it.`,
        cause,
      });
    if (href === undefined) {
      return goesOn('The platform does not offer to stop it, and goes on by itself.');
    }
    try {
      const signal = AbortSignal.timeout(STOP_WITHIN);
      await this.api.send('POST', this.api.path(href), undefined, `cancel ${this.what}`, signal);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.context.log.warn(`The platform could not be asked to stop: ${why}`);
      return goesOn('The platform could not be asked to stop, and may go on by itself.');
    }
    return coreErrors.cancelled({
      message: `Cancelled: the platform was asked to stop ${this.what}, and took that.`,
      next: `Look at the activity ${id} in the console to see that it has ended.`,
      cause,
    });
  }
}

const WORDS: Readonly<Record<string, string>> = {
  pending: 'waiting for its turn',
  scheduled: 'planned for later',
  in_progress: 'under way',
  complete: 'done',
};

/** What may be done goes with the moment; where the log is does not. */
function linksThatStay({ log }: UpsunActivity['_links']): Record<string, string> {
  return log === undefined ? {} : { log };
}
