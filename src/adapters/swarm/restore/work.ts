import type { PlannedChange } from '../../../core/plan';
import type { RestoreChoices } from '../../../core/model';
import type { RunContext } from '../../../core/ports';
import type { Definition } from '../../../snapshots/swarm/layout';
import type { DockerEngine } from '../../docker/engine';
import type { Source } from './model';
import type { LiveTarget } from './target';

/** One change about to be carried out. */
export interface Work {
  change: PlannedChange;
  definition: Definition;
  source: Source;
  live: LiveTarget;
  /** A manager. */
  manager: DockerEngine;
  choices: RestoreChoices;
  /** Base64; of a secret only. */
  payload: string | undefined;
  context: RunContext;
}

/** The name that a change's object has on the target. */
export function targetName({ change }: Pick<Work, 'change'>): string {
  return change.target ?? change.name;
}
