import { agentErrors } from '../../core/agent/agentErrors';

/** How long (ms) a vault on a share or a platform may take to list its backups. */
const LIMIT_MS = 60_000;

/**
 * Listings with a limit. A dead share answers to nothing, not even to being cancelled: what hangs there is left behind,
 * and nothing further is begun at that place before it has come to its end, so that it never takes all that there is.
 */
export class Listings {
  private readonly hanging = new Set<string>();

  constructor(private readonly limit = LIMIT_MS) {}

  /**
   * @param place the vault's folder, or what tells a platform apart
   * @throws `agent.vaultSilent`, what the listing throws
   */
  async within<T>(place: string, list: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.refuseHanging(place);
    const limit = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const listing = list(limit.signal);
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.hanging.add(place);
        const free = () => this.hanging.delete(place);
        listing.then(free, free);
        limit.abort();
        reject(this.silent(place));
      }, this.limit);
    });
    try {
      return await Promise.race([listing, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws `agent.vaultSilent` while a listing hangs there */
  refuseHanging(place: string): void {
    if (this.hanging.has(place)) throw this.silent(place);
  }

  private silent(place: string) {
    const seconds = this.limit / 1000;
    return agentErrors.vaultSilent({
      message: `The backups in ${place} were not listed within ${seconds} seconds.`,
    });
  }
}
