import type * as z from 'zod';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { ShownPage } from './shownPage';
import type { Going } from './shownPage';

const PLAN_CHANGED = 'core.planChanged';

/** What a page tells on which a change is edited, reviewed and carried out. */
interface Reviewed extends Going {
  busy?: 'reading' | 'planning' | 'asked' | 'saving' | 'sending';
  /** A change that is looked at before it is carried out. */
  review?: { number: number };
  /** What it was planned on has been changed meanwhile, and read anew. */
  overtaken?: true;
}

/** A page on which a cluster's settings are edited: what is changed there is planned, reviewed and only then done. */
export abstract class ReviewPanel<Request, Shown extends Reviewed> {
  protected readonly page: ShownPage<Shown>;
  #reviews = 0;

  /** @param options.name what its title and the log call it: "Policy" */
  protected constructor(
    protected readonly services: Services,
    protected entry: ClusterEntry,
    private readonly options: {
      screen: 'policy' | 'retention';
      name: string;
      shown: Shown;
      requests: z.ZodType<Request>;
      /** Key of what is told of a change that has just been carried out. */
      done: keyof Shown;
      onClose: () => void;
    },
  ) {
    const { screen, name, shown } = options;
    const cluster = entry.config.name;
    this.page = new ShownPage<Shown>(services, {
      screen,
      title: `${name}: ${cluster}`,
      about: `${name} of ${cluster}`,
      shown,
      once: ['overtaken', options.done],
      receive: (request) => void this.receive(request),
      onClose: () => {
        this.closed();
        options.onClose();
      },
    });
  }

  /** What the page is told. */
  get shown(): Shown {
    return this.page.shown;
  }

  async show(entry: ClusterEntry): Promise<void> {
    this.entry = entry;
    this.page.reveal();
    // What is being reviewed stays: it is checked against what is there when it is carried out.
    if (this.isAtRest) await this.readAnew();
  }

  /** What the page wants; resolves when it is done. What is no request of ours is left alone. */
  async receive(message: unknown): Promise<void> {
    const { requests, name } = this.options;
    const parsed = requests.safeParse(message);
    if (parsed.success) await this.answer(parsed.data);
    else
      this.services.log.warn(`${name} page: a request was not understood: ${parsed.error.message}`);
  }

  protected abstract answer(request: Request): Promise<void>;

  /** What is there now. */
  protected abstract read(): Promise<void>;

  /** The page has gone. */
  protected abstract closed(): void;

  /** Nothing goes on, and nothing is reviewed. */
  protected get isAtRest(): boolean {
    return this.shown.busy === undefined && this.shown.review === undefined;
  }

  protected readAnew(): Promise<void> {
    return this.page.during('reading', () => this.read());
  }

  /** Of a plan that is reviewed next: another for each. */
  protected nextNumber(): number {
    return ++this.#reviews;
  }

  /** Back to the fields. */
  protected leaveReview(): void {
    this.page.leave('review', 'problem');
    this.page.post();
  }

  /** What is there now decides how it goes on; the message of what failed stays beside it. */
  protected async readAfterFailure(): Promise<void> {
    const { problem } = this.shown;
    if (this.page.isClosed || problem === undefined) return;
    await this.readAnew();
    // A plan that can't be carried out any more is gone also where nothing new could be read.
    this.page.leave('review');
    const wasRead = this.shown.problem === undefined;
    const isOvertaken = wasRead && problem.code === PLAN_CHANGED;
    const told: Reviewed = { problem, ...(isOvertaken ? { overtaken: true } : {}) };
    this.page.change(told as Partial<Shown>);
  }
}
