import { toErrorInfo } from '../../core/errors';
import type { RestoreChoices } from '../../core/model';
import type { RestorePlan } from '../../core/plan';
import type { AnyPlan, PlanOutcome, PlanWish, ShownPlan } from '../../protocol/planMessages';

/** Base64, by the id of the change. In memory only, and never shown. */
export type Payloads = Readonly<Record<string, string>>;

/** What a person confirmed: the plan that they saw, and the payloads it was made with. */
export interface ConfirmedPlan<P extends AnyPlan = RestorePlan> {
  plan: P;
  payloads: Payloads;
}

/** Plans the same source and cluster once more. `known` spares reading the backup again. */
export type Replan<P extends AnyPlan = RestorePlan> = (
  wish: PlanWish & { payloads: Payloads; known: P },
  signal: AbortSignal,
) => Promise<P>;

export interface PlanSessionOptions<P extends AnyPlan = RestorePlan> {
  plan: P;
  /** Title of the cluster's system; its id when left out. */
  system?: string | undefined;
  covers?: string | undefined;
  dryRun: boolean;
  /** Whether a safety backup is wanted, also where this plan can have none; as planned when left out. */
  safetyBackup?: boolean | undefined;
  series: number;
  /** Absent where nothing can be chosen. */
  replan?: Replan<P> | undefined;
  /** Payloads that `plan` was made with. */
  payloads?: Payloads | undefined;
  /** Called after each change of what is to be shown. */
  onChange: () => void;
  /** Milliseconds of quiet before it is planned anew. */
  debounceMs?: number | undefined;
}

/** Long enough for a name to be typed, short enough to feel immediate. */
const DEBOUNCE_MS = 300;

/**
 * One plan on a page while its choices change: plans anew when they have come to rest, drops answers that another
 * choice has overtaken, and hands out for a restore only what the page showed as planned.
 */
export class PlanSession<P extends AnyPlan = RestorePlan> {
  #planned: ConfirmedPlan<P>;
  #wish: PlanWish;
  #payloads: Payloads;
  #edit = 0;
  #state: ShownPlan['state'] = 'planned';
  #error: ShownPlan['error'];
  #outcome: PlanOutcome | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #ended = false;

  constructor(private readonly options: PlanSessionOptions<P>) {
    this.#payloads = options.payloads ?? {};
    this.#planned = { plan: options.plan, payloads: this.#payloads };
    const { choices = {} } = options.plan;
    const { safetyBackup = options.plan.safetyBackup } = options;
    this.#wish = { choices, safetyBackup };
  }

  /** What the page is sent. Payloads are not in it. */
  get shown(): ShownPlan {
    const { dryRun, series, covers } = this.options;
    const { plan } = this.#planned;
    return {
      plan,
      system: this.options.system ?? plan.system,
      ...(covers === undefined ? {} : { covers }),
      dryRun,
      series,
      edit: this.#edit,
      ...this.#wish,
      state: this.#state,
      ...(this.#error === undefined ? {} : { error: this.#error }),
      ...(this.#outcome === undefined ? {} : { outcome: this.#outcome }),
    };
  }

  /** The person chose otherwise. @param edit of the page */
  choose(choices: RestoreChoices, edit: number, safetyBackup = this.#wish.safetyBackup): void {
    if (!this.#open || this.options.replan === undefined) return;
    this.#wish = { choices, safetyBackup };
    this.#planSoon(edit);
  }

  /** The person gave what the backup can't hold, or took it back (undefined). @param payload base64 */
  give(id: string, payload: string | undefined): void {
    if (!this.#open) return;
    const others = Object.entries(this.#payloads).filter(([other]) => other !== id);
    this.#payloads = Object.fromEntries(
      payload === undefined ? others : [...others, [id, payload]],
    );
    this.#planSoon();
  }

  /** Plans the same choices once more: after a failure to plan, or after a restore that is not complete. */
  replan(): void {
    const kind = this.#outcome?.kind;
    const again = kind === undefined || kind === 'failed' || kind === 'cancelled';
    if (this.#ended || !again) return;
    this.#outcome = undefined;
    this.#planSoon();
  }

  /** The person did not confirm: what was chosen stands as it was. */
  reopen(): void {
    if (this.#ended) return;
    this.#outcome = undefined;
    this.options.onChange();
  }

  /** What is to be restored; undefined when the page showed something else, or it is not possible. */
  confirm(edit: number): ConfirmedPlan<P> | undefined {
    const current = this.#state === 'planned' && edit === this.#edit;
    const { plan } = this.#planned;
    if (!this.#open || !current || !plan.possible || this.options.dryRun) return undefined;
    return this.#planned;
  }

  tell(outcome: PlanOutcome): void {
    this.#outcome = outcome;
    this.#stop();
    this.options.onChange();
  }

  /** Plans no more and forgets the payloads. */
  end(): void {
    this.#ended = true;
    this.#stop();
    this.#payloads = {};
    this.#planned = { plan: this.#planned.plan, payloads: {} };
  }

  /** The person's turn. */
  get #open(): boolean {
    return !this.#ended && this.#outcome === undefined;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = undefined;
  }

  #planSoon(edit = 0): void {
    const { replan, debounceMs = DEBOUNCE_MS } = this.options;
    if (replan === undefined) return;
    this.#stop();
    this.#edit = Math.max(this.#edit + 1, edit);
    this.#state = 'busy';
    this.#error = undefined;
    this.#timer = setTimeout(() => void this.#plan(replan), debounceMs);
    this.options.onChange();
  }

  async #plan(replan: Replan<P>): Promise<void> {
    const running = (this.#running = new AbortController());
    const payloads = this.#payloads;
    const wish = { ...this.#wish, payloads, known: this.#planned.plan };
    try {
      const plan = await replan(wish, running.signal);
      if (running.signal.aborted) return;
      this.#planned = { plan, payloads };
      this.#state = 'planned';
    } catch (error) {
      if (running.signal.aborted) return;
      const { detail: _, ...told } = toErrorInfo(error);
      this.#error = told;
      this.#state = 'failed';
    }
    this.options.onChange();
  }
}
