import type { Dice } from './dice';

/** Steps at which a vault writes bytes that a full disk has no room for. */
const WRITES = ['create:partial', 'write', 'commit:sync', 'manifest:temp', 'delete:mark'];

/** Thrown by none of the agent's own parts: what it was in the middle of never goes on. */
type Frozen = (error: Error) => void;

/** The steps of the agent's vault, where a disk may be full and a process may die. */
export class Disk {
  isFull = false;
  /** So many more steps whose names begin so, and the process dies. */
  dies: { after: number; of: string } | undefined;
  private readonly frozen: Frozen[] = [];

  /** @param died told of the step before which it happened */
  constructor(
    private readonly dice: Dice,
    private readonly died: (step: string) => void,
    private readonly passed: (step: string) => void,
    private readonly froze: () => void,
  ) {}

  /** The hook of one process's vault. */
  hookOf(isAlive: () => boolean): (step: string) => Promise<void> {
    return async (step) => {
      if (!isAlive()) await this.never();
      if (this.isLast(step)) {
        this.died(step);
        await this.never();
      }
      // A disk that is nearly full takes some bytes before it takes none.
      if (this.isFull && this.isWrite(step)) throw noSpace(step);
      this.passed(step);
    };
  }

  /** The hook of a person's own command: nobody kills that one. */
  personsHook(): (step: string) => void {
    return (step) => {
      if (this.isFull && this.isWrite(step)) throw noSpace(step);
    };
  }

  /** Lets go of what the dead were holding, once nobody looks at their vault any more. */
  thaw(): void {
    for (const reject of this.frozen.splice(0)) reject(new Error('It died here.'));
  }

  private isLast(step: string): boolean {
    if (this.dies === undefined || !step.startsWith(this.dies.of)) return false;
    if (--this.dies.after > 0) return false;
    this.dies = undefined;
    return true;
  }

  private isWrite(step: string): boolean {
    if (step === 'create:partial' || step === 'write') return this.dice.percent(40);
    return WRITES.includes(step);
  }

  private never(): Promise<never> {
    this.froze();
    return new Promise((_, reject) => this.frozen.push(reject));
  }
}

function noSpace(step: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left on device, ${step}`), { code: 'ENOSPC' });
}
