import type { RestoreChoices } from '../../core/model';
import type { PlannedChange } from '../../core/plan';
import { withChosen, withName } from '../../core/restoreChoices';
import { isHosted } from '../../protocol/planMessages';
import type { AnyPlan, PlanRequest, ShownPlan } from '../../protocol/planMessages';

/** The key of a change's field for a name. */
export function nameKey(id: string): string {
  return `name:${id}`;
}

/**
 * What the page knows beyond the plan it was sent: choices on their way, words being typed. Restoring is offered only
 * while nothing of that is ahead of the plan.
 */
export class PlanState {
  shown: ShownPlan;
  choices: RestoreChoices;
  /** A backup of the present state is wanted first. */
  safetyBackup: boolean;
  #edit: number;
  readonly #toggled = new Map<string, boolean>();
  readonly #drafts = new Map<string, string>();
  readonly #problems = new Map<string, string>();
  /** Changes whose field for a name is open, with the name chosen when it was opened. */
  readonly #renaming = new Map<string, string>();

  constructor(
    shown: ShownPlan,
    private readonly send: (request: PlanRequest) => void,
    /** Called after each choice. `typed`: a field is being typed in, which must not be drawn anew. */
    private readonly changed: (typed: boolean) => void,
  ) {
    this.shown = shown;
    this.choices = shown.choices;
    this.safetyBackup = shown.safetyBackup;
    this.#edit = shown.edit;
  }

  get plan(): AnyPlan {
    return this.shown.plan;
  }

  /** Object by object, where it is restored so. */
  get changes(): readonly PlannedChange[] {
    const { plan } = this;
    return isHosted(plan) ? [] : (plan.changes ?? []);
  }

  /** Takes what the editor sent; false when it is another plan, which needs a state of its own. */
  receive(shown: ShownPlan): boolean {
    if (shown.series !== this.shown.series) return false;
    this.shown = shown;
    this.#edit = Math.max(this.#edit, shown.edit);
    if (this.settled) this.#toggled.clear();
    return true;
  }

  /** The plan on the page is of the choices on the page. */
  get settled(): boolean {
    return this.shown.state === 'planned' && this.shown.edit === this.#edit;
  }

  /** What is on its way. */
  get busy(): boolean {
    return this.shown.state === 'busy' || this.shown.edit < this.#edit;
  }

  /** The person's turn to choose. */
  get open(): boolean {
    return this.shown.outcome === undefined;
  }

  /** The restore is over, however it went: what the page tells is past. */
  get over(): boolean {
    const kind = this.shown.outcome?.kind;
    return kind === 'done' || kind === 'failed' || kind === 'cancelled';
  }

  get restorable(): boolean {
    return this.open && this.settled && this.#problems.size === 0 && this.plan.possible;
  }

  /** Why *Restore…* is not offered; undefined when it is. */
  get hindrance(): string | undefined {
    if (this.restorable) return undefined;
    if (this.#problems.size > 0) return 'Something that was typed can’t be used; see below';
    if (this.busy) return 'The plan is being made anew';
    return 'Not possible; see below';
  }

  isChosen({ id, chosen }: PlannedChange): boolean {
    return this.#toggled.get(id) ?? chosen;
  }

  choose(changes: readonly PlannedChange[], chosen: boolean): void {
    for (const { id } of changes) this.#toggled.set(id, chosen);
    this.change(withChosen(this.choices, changes, chosen));
  }

  /** Sends other choices to be planned. */
  change(choices: RestoreChoices, typed = false): void {
    this.choices = choices;
    const { safetyBackup } = this;
    const wish = { choices, ...(isHosted(this.plan) ? { safetyBackup } : {}) };
    this.send({ type: 'choose', edit: ++this.#edit, ...wish });
    this.changed(typed);
  }

  /** With a backup of the present state first, or without. */
  wantSafety(wanted: boolean): void {
    this.safetyBackup = wanted;
    this.change(this.choices);
  }

  /** What stands in a field: what is being typed, or what is chosen. */
  draft(key: string, chosen: string | undefined): string {
    return this.#drafts.get(key) ?? chosen ?? '';
  }

  problem(key: string): string | undefined {
    return this.#problems.get(key);
  }

  /** What is being typed and not yet given. */
  keepDraft(key: string, text: string): void {
    this.#drafts.set(key, text);
  }

  /** What a person types: sent on when it is right. Gives what is wrong. */
  type(
    key: string,
    text: string,
    problem: string | undefined,
    choices: () => RestoreChoices,
  ): string | undefined {
    this.#drafts.set(key, text);
    if (problem === undefined) {
      this.#problems.delete(key);
      this.change(choices(), true);
    } else {
      this.#problems.set(key, problem);
      this.changed(true);
    }
    return problem;
  }

  isRenaming(id: string): boolean {
    return this.#renaming.has(id);
  }

  /** Opens the field for a name. */
  beginRename(id: string): void {
    this.#renaming.set(id, this.choices.rename?.[id] ?? '');
    this.changed(false);
  }

  /** Closes the field; false when what stands in it can't be kept. @param keep else the name becomes what it was */
  endRename(id: string, keep: boolean): boolean {
    const key = nameKey(id);
    if (keep && this.#problems.has(key)) return false;
    const before = this.#renaming.get(id) ?? '';
    this.#renaming.delete(id);
    this.#drafts.delete(key);
    this.#problems.delete(key);
    if (keep || before === (this.choices.rename?.[id] ?? '')) this.changed(false);
    else this.change(withName(this.choices, id, before));
    return true;
  }

  /** The first thing that is wrong with what was typed. */
  get firstProblem(): string | undefined {
    return [...this.#problems.values()][0];
  }

  /** What was being typed in fields that are not there any more is gone. */
  keepFields(isThere: (key: string) => boolean): void {
    for (const key of this.#drafts.keys()) {
      if (isThere(key)) continue;
      this.#drafts.delete(key);
      this.#problems.delete(key);
    }
  }

  /** The editor asks for what the backup can't hold. */
  give(id: string, from: 'file' | 'text'): void {
    this.send({ type: 'give', id, from });
  }

  forget(id: string): void {
    this.send({ type: 'forget', id });
  }

  restore(): void {
    if (this.restorable) this.send({ type: 'restore', edit: this.shown.edit });
  }
}
