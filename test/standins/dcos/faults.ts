import type { Reply } from './adminRouter';
import type { DcosFault, FaultRule } from './contract';
import { page } from './pages';

/** What goes wrong, and for whom. */
export class Faults {
  #faults: { fault: DcosFault; line: RegExp; left: number; before: number }[] = [];

  spoil(fault: DcosFault | undefined, { line = /^/, times = Infinity, after = 0 }: FaultRule = {}) {
    if (fault === undefined) this.#faults = [];
    else this.#faults.push({ fault, line, left: times, before: after });
  }

  /** The first that fits. */
  of(line: string): DcosFault | undefined {
    for (const one of this.#faults) {
      if (one.left <= 0 || !one.line.test(line)) continue;
      if (one.before > 0) {
        one.before--;
        continue;
      }
      one.left--;
      return one.fault;
    }
    return undefined;
  }

  /** What a fault answers by itself. */
  reply(fault: DcosFault | undefined): Reply | undefined {
    if (fault?.kind === 'answer') {
      const { status, body = '', headers = {} } = fault;
      return { status, body, headers };
    }
    if (fault?.kind === 'html') return page(fault.status);
    if (fault?.kind === 'limited') {
      const { retryAfter } = fault;
      const when = retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter);
      return page(429, { 'retry-after': when });
    }
    return undefined;
  }
}
