import type { HostedBackup } from '../core/model';
import type { ShownError } from './fileMessages';

/** A backup on a platform's own side, as its page shows it. */
export interface ShownHosted {
  cluster: string;
  /** Title of the cluster's system. */
  system: string;
  /** Where it lies, in the system's words: "On the Platform". */
  place: string;
  /** What `HostedBackup.group` is: "Environment". */
  group?: string;
  /** What a restore of it replaces and what it does not touch. */
  covers?: string;
  /** As the platform told of it last. */
  backup: HostedBackup;
  /** The platform does not list it any more. */
  gone: boolean;
  /** It is being asked. */
  asking: boolean;
  /** Why it could not be asked again. */
  error?: ShownError;
  /** What the system can do with one. */
  can: { restore: boolean; remove: boolean; fetch: boolean };
}

/** From the page to the editor. */
export type HostedRequest = {
  type: 'ready' | 'refresh' | 'restore' | 'plan' | 'remove' | 'fetch' | 'copyId';
};

/** From the editor to the page. */
export type HostedReply = { type: 'hosted'; shown: ShownHosted };
