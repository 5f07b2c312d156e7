import {
  anything,
  closed,
  flag,
  float,
  list,
  map,
  moment,
  oneOf,
  orNull,
  text,
  whole,
} from './shape';
import type { Schema } from './shape';

const command = closed({ app: text, type: text, exit_code: whole });
const size = closed({
  resources: orNull(closed({ profile_size: orNull(text) })),
  instance_count: orNull(whole),
  disk: orNull(whole),
});

export const environment: Schema = closed({
  id: text,
  created_at: orNull(moment),
  updated_at: orNull(moment),
  name: text,
  machine_name: text,
  title: text,
  attributes: map(text),
  type: oneOf('development', 'production', 'staging'),
  parent: orNull(text),
  default_domain: orNull(text),
  has_domains: flag,
  clone_parent_on_create: flag,
  deployment_target: orNull(text),
  is_pr: flag,
  has_remote: flag,
  status: oneOf('active', 'deleting', 'dirty', 'inactive', 'paused'),
  http_access: closed({
    is_enabled: flag,
    addresses: list(closed({ permission: oneOf('allow', 'deny'), address: text })),
    basic_auth: map(text),
  }),
  enable_smtp: flag,
  restrict_robots: flag,
  edge_hostname: text,
  deployment_state: orNull(
    closed({
      last_state_update_successful: flag,
      last_deployment_successful: flag,
      last_deployment_failure_reason: orNull(oneOf('error', 'shell')),
      last_deployment_commands: list(command),
      last_deployment_at: orNull(moment),
      last_autoscale_up_at: orNull(moment),
      last_autoscale_down_at: orNull(moment),
      last_maintenance_at: orNull(moment),
      crons: closed({ enabled: flag, status: oneOf('paused', 'running', 'sleeping') }),
    }),
  ),
  sizing: orNull(closed({ services: map(size), webapps: map(size), workers: map(size) })),
  resources_overrides: map(
    closed({
      services: map(closed({ cpu: orNull(float), memory: orNull(whole), disk: orNull(whole) })),
      starts_at: orNull(moment),
      ends_at: orNull(moment),
      redeployed_start: flag,
      redeployed_end: flag,
    }),
  ),
  max_instance_count: orNull(whole),
  last_active_at: orNull(moment),
  last_backup_at: orNull(moment),
  project: text,
  is_main: flag,
  is_dirty: flag,
  has_staged_activities: flag,
  can_rolling_deploy: flag,
  supports_rolling_deployments: flag,
  has_code: flag,
  head_commit: orNull(text),
  merge_info: closed({
    commits_ahead: orNull(whole),
    commits_behind: orNull(whole),
    parent_ref: orNull(text),
  }),
  has_deployment: flag,
  supports_restrict_robots: flag,
});

export const activation: Schema = closed(
  {},
  { resources: orNull(closed({}, { init: orNull(oneOf('default', 'minimum', 'parent')) })) },
);

/** `safe: false` is a live backup. */
export const backupInput: Schema = closed({}, { safe: flag });

export const backup: Schema = closed({
  id: text,
  created_at: orNull(moment),
  updated_at: orNull(moment),
  attributes: map(text),
  status: oneOf('CREATED', 'DELETING'),
  expires_at: orNull(moment),
  index: orNull(whole),
  commit_id: text,
  environment: text,
  safe: flag,
  size_of_volumes: orNull(whole),
  size_used: orNull(whole),
  deployment: orNull(text),
  restorable: flag,
  automated: flag,
});

export const restoreInput: Schema = closed(
  {},
  {
    environment_name: orNull(text),
    branch_from: orNull(text),
    restore_code: flag,
    restore_resources: flag,
    resources: orNull(
      closed({}, { init: orNull(oneOf('backup', 'default', 'minimum', 'parent')) }),
    ),
  },
);

export const activity: Schema = closed(
  {
    id: text,
    created_at: orNull(moment),
    updated_at: orNull(moment),
    type: text,
    parameters: anything,
    project: text,
    state: oneOf('cancelled', 'complete', 'in_progress', 'pending', 'scheduled', 'staged'),
    result: orNull(oneOf('failure', 'success')),
    failure_reason: orNull(oneOf('error', 'shell')),
    started_at: orNull(moment),
    completed_at: orNull(moment),
    completion_percent: whole,
    cancelled_at: orNull(moment),
    timings: map(float),
    log: text,
    payload: anything,
    description: orNull(text),
    text: orNull(text),
    expires_at: orNull(moment),
    commands: list(command),
  },
  { integration: text, environments: list(text) },
);

export const acceptedResponse: Schema = closed({ status: text, code: whole });
