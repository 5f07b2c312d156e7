import { constrainedNode } from '../references';
import type { Remainder } from './remainder';
import { any, some } from './section';
import type { Written, WrittenMap } from './section';
import { bytes, duration, processors } from './units';

function writeMode(mode: Remainder): WrittenMap | undefined {
  return (
    mode.within('Replicated', (of) => ({ replicas: of.count('Replicas') })) ??
    mode.within('Global', () => ({ mode: 'global' })) ??
    mode.within('GlobalJob', () => ({ mode: 'global-job' })) ??
    mode.within('ReplicatedJob', (job) => {
      const concurrent = job.count('MaxConcurrent');
      const total = job.count('TotalCompletions');
      if (concurrent !== total) {
        job.lose('MaxConcurrent', 'Compose has one number for it and TotalCompletions');
      }
      return { mode: 'replicated-job', replicas: total };
    })
  );
}

const updateConfig = (update: Remainder): WrittenMap => ({
  parallelism: update.count('Parallelism'),
  delay: duration(update.count('Delay')),
  failure_action: update.text('FailureAction'),
  monitor: duration(update.count('Monitor')),
  max_failure_ratio: update.number('MaxFailureRatio'),
  order: update.text('Order'),
});

const restartPolicy = (restart: Remainder): WrittenMap => ({
  condition: restart.text('Condition'),
  delay: duration(restart.count('Delay')),
  max_attempts: restart.count('MaxAttempts'),
  window: duration(restart.count('Window')),
});

const generic = (resource: Remainder): WrittenMap => ({
  discrete_resource_spec: resource.within('DiscreteResourceSpec', (spec) => ({
    kind: spec.text('Kind'),
    value: spec.count('Value') ?? 0,
  })),
});

const amounts = (of: Remainder): WrittenMap => ({
  cpus: processors(of.count('NanoCPUs')),
  memory: bytes(of.count('MemoryBytes')),
});

const resources = (of: Remainder): WrittenMap => ({
  limits: of.within('Limits', (limits) => ({ ...amounts(limits), pids: limits.count('Pids') })),
  reservations: of.within('Reservations', (reserved) => ({
    ...amounts(reserved),
    generic_resources: any(reserved.each('GenericResources', generic)),
  })),
});

function placement(of: Remainder, pinned: boolean): WrittenMap {
  const constraints = of.texts('Constraints');
  for (const constraint of constraints ?? []) {
    if (constrainedNode(constraint) !== undefined) {
      of.lose('Constraints', 'names a node by the id that it has in this cluster');
    }
  }
  // The command line asks the registry for them together with the digest, and does so again.
  if (pinned)
    of.each('Platforms', (platform) => [platform.text('Architecture'), platform.text('OS')]);
  return {
    constraints,
    preferences: any(
      of.each('Preferences', (preference) => ({
        spread: preference.within('Spread', (spread) => spread.text('SpreadDescriptor')),
      })),
    ),
    max_replicas_per_node: of.count('MaxReplicas'),
  };
}

const port = (of: Remainder): WrittenMap =>
  some({
    target: of.count('TargetPort'),
    published: of.count('PublishedPort'),
    protocol: of.text('Protocol'),
    mode: of.text('PublishMode'),
  }) ?? {};

/** How a service is run: its `deploy`, and the ports that the engine keeps beside it. */
export function writeDeploy(
  spec: Remainder,
  task: Remainder,
  labels: Written,
  pinned: boolean,
): { deploy: WrittenMap | undefined; ports: WrittenMap[] | undefined } {
  const endpoint = spec.within('EndpointSpec', (of) => ({
    mode: of.text('Mode'),
    ports: any(of.each('Ports', port)),
  }));
  const deploy = some({
    ...spec.within('Mode', writeMode),
    labels,
    endpoint_mode: endpoint?.mode,
    update_config: spec.within('UpdateConfig', updateConfig),
    rollback_config: spec.within('RollbackConfig', updateConfig),
    restart_policy: task.within('RestartPolicy', restartPolicy),
    resources: task.within('Resources', resources),
    placement: task.within('Placement', (of) => placement(of, pinned)),
  });
  return { deploy, ports: endpoint?.ports };
}
