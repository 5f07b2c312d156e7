/** What can be set before it starts and, where `readonly` does not say otherwise, at any time after. Times in milliseconds. */
export interface DcosSettings {
  /** How long a backup takes: so many looks at it in the list, and so much time. Default: 2 looks, no time. */
  backup: { looks: number; milliseconds: number };
  /** How long a restore takes. Default: as a backup. */
  restore: { looks: number; milliseconds: number };
  /**
   * Once a backup or a restore was asked for, Marathon restarts: so many questions, and those within so much time, are
   * answered by pages of status 502, 503 and 504. Default: none. `service`: so are those to the backup service.
   */
  away: { requests: number; milliseconds: number; service: boolean };
  /** Form of the member `restores`, which no description declares. Default: `object`. */
  restores: 'object' | 'array' | 'none';
  /** Whether a backup's own status stays READY while it is restored, or tells of it. Default: `staysReady`. */
  ownStatus: 'staysReady' | 'tells';
  /** Seconds for which a token holds that is given from now on. Default: 5 days. */
  tokenSeconds: number;
  /**
   * Which of the masters answers the backup service: backups lie with the one that made them. `alternating`: each
   * question goes to the next one. Default: 0.
   */
  master: number | 'alternating';
  /** What Marathon says it is deploying. Default: nothing. */
  deployments: { id: string; affectedApps: string[]; affectedPods: string[] }[];
  /** Marathon adds all it can to what it tells, asked or not. Default: false. */
  tellsAll: boolean;
}

export interface DcosStandInOptions extends Partial<DcosSettings> {
  /** HTTPS with a certificate of a CA of its own. Default: plain HTTP. */
  tls?: boolean;
  /** As `dcos-version.json` says it. Default: 2.1.0. */
  version?: string;
  /** Default: enterprise. An open one has no backup service. */
  variant?: 'enterprise' | 'open';
  /** How many masters there are behind the address. Default: 1. */
  masters?: number;
  /** What Marathon holds. Default: two groups of apps and a pod. */
  groups?: MarathonGroup;
  /** For `npm start`: some content, backups of different states, work that takes a while. */
  tryOut?: boolean;
}

/** What goes wrong, from now on. */
export type DcosFault =
  /** Answers by itself. */
  | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
  /** A page of HTML, as of a proxy. */
  | { kind: 'html'; status: number }
  /** 429, with `Retry-After` in seconds or, as a `Date`, as an HTTP date; nothing is done. */
  | { kind: 'limited'; retryAfter: number | Date }
  /** Breaks the connection: before anything is done, once it is done and before the answer, or in the middle of it. */
  | { kind: 'cut'; when: 'before' | 'after' | 'inBody' }
  /** Does it, and answers so many milliseconds later. */
  | { kind: 'slow'; milliseconds: number }
  /** Tokens given so far are not known any more; the question gets its 401. */
  | { kind: 'tokensRunOut' };

/** What goes on by itself once it was asked for. */
export type DcosWork = 'backup' | 'restore';

/** What becomes of what is begun from now on. */
export type DcosWorkFault =
  /** Ends in `STATUS_ERROR`; the reason stands beside Marathon's status. */
  | { kind: 'fails'; reason: string }
  /** Its status never changes. */
  | { kind: 'stuck' };

export interface FaultRule {
  /** Of the line `GET /system/v1/backup/v1/list?prefix=a`; all when left out. */
  line?: RegExp;
  /** How often; always when left out. */
  times?: number;
  /** So many that fit go well first. */
  after?: number;
}

/** What was asked. Passwords and tokens are not in it. */
export interface DcosRequest {
  method: string;
  /** With its query. */
  path: string;
  /** How it said who it is. */
  auth: 'token' | 'bearer' | 'cookie' | 'none';
  /** As it came; of a login, only the `uid`. */
  body: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** As a person wrote it: without what Marathon adds. */
export interface MarathonGroup {
  id: string;
  groups?: MarathonGroup[];
  apps?: { id: string; [field: string]: Json }[];
  pods?: { id: string; [field: string]: Json }[];
  [field: string]: Json | MarathonGroup[] | undefined;
}

export interface ComponentStatus {
  status: string;
  [more: string]: string;
}

/** A backup as the service tells it: `BackupMetadata`, and the undeclared `restores`. */
export interface BackupMetadata {
  id: string;
  dcos_version: string;
  timestamp: string;
  status: string;
  component_status: Record<string, ComponentStatus>;
  restores?: RestoreMetadata | RestoreMetadata[];
}

export interface RestoreMetadata {
  id?: string;
  timestamp?: string;
  status?: string;
  component_status: Record<string, ComponentStatus>;
}

export interface DcosStandIn {
  readonly address: string;
  /** Of its CA; the same as at `/ca/dcos-ca.crt`. Only with `tls`. */
  readonly caFile: string;
  /** Of an authority that signed nothing here. Only with `tls`. */
  readonly otherCaFile: string;
  /** A superuser. */
  readonly admin: { user: string; password: string };
  /** May use the backup service, and not Marathon. */
  readonly operator: { user: string; password: string };
  /** May log in, and nothing else. */
  readonly viewer: { user: string; password: string };
  /** A service account that is a superuser; its private key is PEM (PKCS #8). */
  readonly service: { id: string; privateKey: string };
  readonly settings: DcosSettings;
  readonly requests: readonly DcosRequest[];
  /** Everything kept, whichever master keeps it, as the service would tell it now; no look is counted. */
  readonly backups: readonly BackupMetadata[];
  /** What broke a shape: of a reply. */
  readonly broken: readonly string[];
  /** What Marathon holds. Set it anew, or change it where it is. */
  groups: MarathonGroup;
  /** Several may hold at once: the first that fits counts. Undefined ends them all. */
  spoil(fault: DcosFault | undefined, rule?: FaultRule): void;
  spoilBackups(fault: DcosWorkFault | undefined): void;
  spoilRestores(fault: DcosWorkFault | undefined): void;
  /** What is begun of that kind goes on, and may end only when it is held no longer. */
  hold(kind: DcosWork | undefined): void;
  /** Puts a backup there, of Marathon's present state. @returns its id */
  keep(label: string, more?: Partial<BackupMetadata>, master?: number): string;
  /** Nothing is kept any more, and nothing was asked. */
  clear(): void;
  /** A token as a login would give it. */
  token(user: string, seconds?: number): Promise<string>;
  /** Tokens given so far are not known any more. */
  revokeTokens(): void;
  close(): Promise<void>;
}
