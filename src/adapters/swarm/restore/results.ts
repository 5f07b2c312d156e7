import type { ChangeResult, PlannedChange } from '../../../core/plan';
import { isActive } from '../../../core/restoreChoices';

/** What became of each chosen change, as it becomes known. */
export class Results {
  private readonly found = new Map<string, ChangeResult>();
  private readonly chosen: readonly PlannedChange[];

  constructor(changes: readonly PlannedChange[]) {
    this.chosen = changes.filter(({ chosen }) => chosen);
    for (const change of this.chosen) if (!isActive(change)) this.set(untouched(change));
  }

  /** How many are known. */
  get count(): number {
    return this.found.size;
  }

  has(id: string): boolean {
    return this.found.has(id);
  }

  isDone(id: string): boolean {
    return this.found.get(id)?.result === 'done';
  }

  /** Why a change was not done; undefined where it was, or is still to be. */
  failure(id: string): string | undefined {
    const found = this.found.get(id);
    const isMissing = found?.result === 'failed' || found?.result === 'notReached';
    return isMissing ? (found.message ?? '') : undefined;
  }

  done(id: string, message: string): void {
    this.set({ id, result: 'done', message });
  }

  failed(id: string, message: string): void {
    this.set({ id, result: 'failed', message });
  }

  /** Says nothing where something is known already. */
  notReached(id: string, message: string): void {
    if (!this.has(id)) this.set({ id, result: 'notReached', message });
  }

  /** Says more of a change that is done. */
  add(id: string, more: string): void {
    const found = this.found.get(id);
    if (found !== undefined)
      this.set({ ...found, message: `${found.message ?? ''} ${more}`.trim() });
  }

  /** All that is still to be was not reached. */
  rest(message: string): void {
    for (const { id } of this.chosen) this.notReached(id, message);
  }

  doneIds(): string[] {
    return [...this.found.values()].flatMap(({ id, result }) => (result === 'done' ? [id] : []));
  }

  /** In the order of the plan. */
  all(): ChangeResult[] {
    this.rest('It was not in the backup.');
    return this.chosen.flatMap(({ id }) => this.found.get(id) ?? []);
  }

  private set(result: ChangeResult): void {
    this.found.set(result.id, result);
  }
}

function untouched({ id, action, reason }: PlannedChange): ChangeResult {
  if (action === 'cannot') {
    return { id, result: 'notReached', ...(reason === undefined ? {} : { message: reason }) };
  }
  const message =
    action === 'conflict' ? 'It differs from the backup and was not touched, as chosen.' : reason;
  return { id, result: 'left', ...(message === undefined ? {} : { message }) };
}
