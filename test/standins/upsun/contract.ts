import type { Activity, Backup, Environment, Organization, Project, ProjectState } from './model';

/** What goes wrong with an answer, at either address. */
export type AnswerFault =
  /** Answers by itself; nothing is done. */
  | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
  /** A page of HTML, as of a proxy. */
  | { kind: 'html'; status: number }
  /** 429 with `Retry-After`; nothing is done. */
  | { kind: 'limited'; seconds: number }
  /** Breaks the connection: before anything is done, or once all is done, in the middle of the answer. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** Answers so many milliseconds later. */
  | { kind: 'slow'; milliseconds: number }
  /** Access tokens given so far are not known any more: 401 until another is got. */
  | { kind: 'tokenRunsOut' };

/** What becomes of activities that are begun from now on. */
export type ActivityFault =
  | { kind: 'fails'; reason?: 'error' | 'shell' | null; log?: string }
  /** Gets so far and no further. */
  | { kind: 'stuck'; percent: number }
  /** Ends as cancelled, as if somebody else had done it. */
  | { kind: 'cancelled' };

/** What goes wrong with logs that are read from now on. */
export type LogFault =
  /** 404, whatever was said about `logMissing`. */
  | { kind: 'missing' }
  /** Comes to an end without the line that seals it, each time. */
  | { kind: 'neverSeals' };

export interface UpsunFaults {
  /** @param rule for which requests (`POST /oauth2/token`) and how often; left out: all, always */
  answers(fault: AnswerFault | undefined, rule?: { line?: RegExp; times?: number }): void;
  activities(fault: ActivityFault | undefined, rule?: { type?: string; times?: number }): void;
  logs(fault: LogFault | undefined): void;
  /** All is well again. */
  clear(): void;
}

export interface UpsunStandInOptions {
  /** Milliseconds between two steps of an activity, of which there are five. Default 10. */
  step?: number;
  /** What it says of its access tokens, and keeps to, in seconds. Default 900. */
  tokenSeconds?: number;
  /**
   * How far a PATCH of `data_retention` merges, on which the platform's description is silent: `deep` keeps all that
   * is not named; `types` takes each named kind of environment as a whole; `whole` the whole of `data_retention`.
   * Default: `types`.
   */
  merge?: 'deep' | 'types' | 'whole';
  /** A PATCH of the settings is carried out by an activity that its answer names. Default: at once, without one. */
  settingsActivity?: boolean;
  /**
   * Backups made by hand that an environment may have where the settings say nothing, as with the plans of Platform.sh;
   * a further one takes the oldest one's place. Default: no limit.
   */
  manualLimit?: number;
  /** How often a log answers 404 before it is there. Default 1. */
  logMissing?: number;
  /** How often a log ends before its seal. Default 1. */
  logUnsealed?: number;
  /** Hosts in the hrefs. Default: a region's host that does not exist, under `/api`, as the platform does. */
  links?: 'region' | 'own' | 'relative';
  /** Items on a page of organisations and projects, unless it is asked for others. Default 2. */
  pageSize?: number;
  /** PEM; with it, both addresses are https. */
  tls?: { key: string; cert: string };
  /** Starts with nothing but the user. */
  empty?: boolean;
}

export interface UpsunRequest {
  /** `POST /projects/p/environments/main/backup`, with its query. */
  line: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** A stand-in of the REST API of Upsun: stateful, and strict about what it is asked and what it answers. */
export interface UpsunStandIn {
  /** `http://127.0.0.1:<port>` */
  readonly apiAddress: string;
  readonly authAddress: string;
  readonly apiToken: string;
  readonly user: { id: string; username: string };
  /** What there is; may be changed by tests. */
  readonly organizations: Organization[];
  readonly projects: ProjectState[];
  /** The first project, and what is found in a project. @throws `Error` where there is none of that id */
  project(id?: string): ProjectState;
  environment(id: string, project?: string): Environment;
  backup(id: string, project?: string): Backup;
  activity(id: string, project?: string): Activity;
  readonly faults: UpsunFaults;
  /** Each that came, in order, whatever became of it. */
  readonly requests: readonly UpsunRequest[];
  /** Requests and replies against the descriptions: must be empty at the end of each test. */
  readonly violations: readonly string[];
  /** Which descriptions it holds to: `the project's own` and, where its file is there, `the vendor's`. */
  readonly heldTo: readonly string[];
  /** Activities stay as they are until `false` comes. */
  hold(held: boolean): void;
  /** All that was begun is over, but for what is stuck. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export type { Activity, Backup, Environment, Organization, Project, ProjectState };
