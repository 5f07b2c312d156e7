import type { ProgressUpdate } from '../core/ports';
import { bytesText } from './words';

/** Redraws a second, at most. */
const REDRAWS = 10;
const BAR = 20;
const CLEAR = '\r\x1b[K';

export interface ProgressOptions {
  write(text: string): void;
  columns(): number;
  /** Milliseconds, from any start. */
  now(): number;
}

/** One line at the bottom of a terminal that says what runs, how far it is and how fast. */
export class TerminalProgress {
  private drawn = false;
  private lastDraw = -Infinity;
  private phase = '';
  private phaseStart = 0;
  private firstDone = 0;

  constructor(private readonly options: ProgressOptions) {}

  /** Notes how far it is; a new phase shows at once. */
  update(update: ProgressUpdate): void {
    const now = this.options.now();
    const newPhase = update.phase !== this.phase;
    if (newPhase) {
      this.phase = update.phase;
      this.phaseStart = now;
      this.firstDone = update.done ?? 0;
    }
    if (!newPhase && now - this.lastDraw < 1000 / REDRAWS) return;
    this.lastDraw = now;
    const seconds = (now - this.phaseStart) / 1000;
    const rate =
      update.done === undefined || seconds < 0.5
        ? undefined
        : (update.done - this.firstDone) / seconds;
    const line = progressLine(update, rate).slice(0, Math.max(10, this.options.columns() - 1));
    this.options.write(CLEAR + line);
    this.drawn = true;
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (!this.drawn) return;
    this.drawn = false;
    this.lastDraw = -Infinity;
    this.options.write(CLEAR);
  }
}

/**
 * The line itself.
 *
 * @param rate units a second; left out while it is too early to tell
 */
export function progressLine(update: ProgressUpdate, rate?: number): string {
  const { phase, done, total } = update;
  if (done === undefined) return `${phase}…`;
  const amount = (n: number) => (update.unit === 'bytes' ? bytesText(n) : String(Math.floor(n)));
  const parts = [phase];
  if (total !== undefined && total > 0) {
    const share = Math.min(1, done / total);
    const full = Math.floor(share * BAR);
    parts.push(`[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`);
    parts.push(`${Math.floor(share * 100)}%`.padStart(4));
    // A share says all that a share of a hundred could.
    if (update.unit === 'percent') return parts.join('  ');
    parts.push(`${amount(done)} of ${amount(total)}`);
  } else if (update.unit === 'percent') {
    return progressLine({ ...update, total: 100 });
  } else {
    parts.push(amount(done));
  }
  if (rate !== undefined && rate > 0) parts.push(`${amount(rate)}/s`);
  return parts.join('  ');
}
