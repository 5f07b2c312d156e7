import { coreErrors } from '../../core/errors';
import type { DockerEngine } from '../docker/engine';
import type { SwarmConnection } from './definition';
import type { Environment } from './connections';

type EngineFields = Partial<Omit<SwarmConnection, 'engines' | 'swarmFolder'>>;

/** Connects to one engine. */
export function openEngine(_fields: EngineFields, _env: Environment): Promise<DockerEngine> {
  return Promise.reject(
    coreErrors.unsupported({ message: 'This version has no client of the Docker engine yet.' }),
  );
}
