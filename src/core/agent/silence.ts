import { withOwnSignal } from '../ownSignal';
import { agentErrors } from './agentErrors';
import type { AgentClock } from './ports';

/** How often one looks whether anything was heard before it has been silent for too long. */
const LOOKS = 15;
/** So many looks more is what was cancelled given to end. */
const LOOKS_TO_END = 2;

/** What a run tells while it goes on. */
export interface Sign {
  /** Aborted when the agent stops, and when nothing was heard for too long. */
  signal: AbortSignal;
  /** It goes on: bytes came, a phase began. */
  heard: () => void;
  /** For what has a limit of its own: meanwhile nothing has to be heard. */
  apart: <T>(work: Promise<T>) => Promise<T>;
}

/**
 * A limit on silence for what a cluster's runs do. A dead share answers to nothing, not even to being cancelled: such a
 * run is left behind, and none of the cluster begins before it has come to its end.
 */
export class Silence {
  private isLeftBehind = false;

  /** @param limit milliseconds; told by looks, so that neither a machine's sleep nor a clock that was set counts */
  constructor(
    private readonly clock: AgentClock,
    private readonly limit: number,
  ) {}

  /**
   * @param what `The backup of "prod"`
   * @param outer of the agent
   * @throws `agent.runSilent`, what the work throws
   */
  within<T>(what: string, outer: AbortSignal, work: (sign: Sign) => Promise<T>): Promise<T> {
    if (this.isLeftBehind) {
      return Promise.reject(
        agentErrors.runSilent({ message: `${what} was not begun: an earlier run still hangs.` }),
      );
    }
    return withOwnSignal(outer, (signal, own) => this.watch(what, { outer, signal, own }, work));
  }

  private async watch<T>(
    what: string,
    { outer, signal, own }: { outer: AbortSignal; signal: AbortSignal; own: AbortController },
    work: (sign: Sign) => Promise<T>,
  ): Promise<T> {
    const told: Told = { silent: 0, apart: 0 };
    const over = new AbortController();
    // Once the agent stops, this is waited for no longer than all the rest.
    const end = () => over.abort();
    outer.addEventListener('abort', end, { once: true });
    const working = work({ signal, ...signsOf(told) });
    const leaving = async () => {
      if (!(await this.isSilent(told, LOOKS, over.signal))) return;
      own.abort();
      if (!(await this.isSilent({ silent: 0, apart: 0 }, LOOKS_TO_END, over.signal))) return;
      this.isLeftBehind = true;
      const free = () => (this.isLeftBehind = false);
      working.then(free, free);
      throw new Error('It does not end either.');
    };
    const left = new Promise<never>((_, reject) => void leaving().catch(reject));
    try {
      return await Promise.race([working, left]);
    } catch (cause) {
      if (!signal.aborted || outer.aborted) throw cause;
      throw agentErrors.runSilent({ message: this.words(what), cause });
    } finally {
      outer.removeEventListener('abort', end);
      over.abort();
    }
  }

  /** Waits until nothing was told for so many looks; false where it was over before. */
  private async isSilent(told: Told, looks: number, over: AbortSignal): Promise<boolean> {
    while (told.silent < looks) {
      const next = this.clock.now().getTime() + this.limit / LOOKS;
      await this.clock.sleepUntil(new Date(next), over);
      if (over.aborted) return false;
      told.silent = told.apart > 0 ? 0 : told.silent + 1;
    }
    return true;
  }

  private words(what: string): string {
    const minutes = Math.round(this.limit / 6_000) / 10;
    return `${what} showed no progress for ${minutes} minutes, and was given up.`;
  }
}

/** What was heard of a run: looks since the last sign, and things that go on apart. */
interface Told {
  silent: number;
  apart: number;
}

function signsOf(told: Told): Omit<Sign, 'signal'> {
  return {
    heard: () => (told.silent = 0),
    apart: async (work) => {
      told.apart += 1;
      try {
        return await work;
      } finally {
        told.apart -= 1;
        told.silent = 0;
      }
    },
  };
}
