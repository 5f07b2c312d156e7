import type { Definition, DefinitionKind } from '../../snapshots/swarm/layout';
import { serviceSchema } from './wire';

/** The networks, secrets and configs that a service names, by id or by name. */
export function needsOf(service: Definition, all: readonly Definition[]): Definition[] {
  const { Spec } = serviceSchema.parse(service.value);
  const container = Spec.TaskTemplate?.ContainerSpec;
  const networks = [...(Spec.TaskTemplate?.Networks ?? []), ...(Spec.Networks ?? [])];
  const named: Partial<Record<DefinitionKind, (string | undefined)[]>> = {
    network: networks.map(({ Target }) => Target),
    secret: container?.Secrets?.map(({ SecretName }) => SecretName) ?? [],
    config: [
      ...(container?.Configs?.map(({ ConfigName }) => ConfigName) ?? []),
      container?.Privileges?.CredentialSpec?.Config,
    ],
  };
  return all.filter(({ kind, name, value }) => {
    const wanted = named[kind];
    if (wanted === undefined) return false;
    const id = kind === 'network' ? value.Id : value.ID;
    return wanted.includes(name) || (typeof id === 'string' && wanted.includes(id));
  });
}
