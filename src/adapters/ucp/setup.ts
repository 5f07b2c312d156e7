import type { SetupQuestion } from '../../core/ports';
import { swarmSetup } from '../swarm/setup';

/** What *Add Cluster* asks about UCP or MKE: where a manager's engine is. */
export const ucpSetup: readonly SetupQuestion[] = swarmSetup;
