import type { Installed } from './installed';
import type { ProductImage } from './productImages';

/** A manager as its swarm knows it. */
export interface SwarmManager {
  name: string;
  address: string;
  /** Ready and reachable. */
  isUp: boolean;
}

/** Where in a swarm the engine stands that is restored on. */
export type Membership =
  | { state: 'none' }
  /** Waits for its unlock key. */
  | { state: 'locked' }
  | { state: 'worker' }
  /** A manager that finds no leader. */
  | { state: 'noQuorum' }
  | { state: 'pending'; error?: string | undefined }
  | { state: 'manager'; id: string; autolock: boolean; managers: readonly SwarmManager[] };

/** All that the plan of a restore is worked out from. */
export interface RestoreFacts {
  /** Host name of the engine's machine. */
  node: string;
  backup: {
    /** As its manifest says; undefined for a file that no vault holds. */
    version?: string | undefined;
    /** Id of the swarm it was made on. */
    instance?: string | undefined;
    /** Names in the controller's certificate; undefined where none was found. */
    sans?: readonly string[] | undefined;
    /** Which rule of a sound backup it keeps; undefined where it keeps none. */
    rule?: string | undefined;
  };
  /** Oldest first. */
  images: readonly ProductImage[];
  /** Undefined for a version that is none of this product: MKE 4. */
  repositoryOf: (version: string) => string | undefined;
  installed: Installed;
  swarm: Membership;
  /** Addresses at which the engine may be reached by others, best first. */
  addresses: readonly string[];
  /** Seconds until `uninstall-ucp` is given up. */
  uninstallLimit: number;
  answers: Readonly<Record<string, string>>;
  accepted: ReadonlySet<string>;
  /** The unlock key of the swarm, where it was given. Goes into no line. */
  unlockKey?: string | undefined;
}
