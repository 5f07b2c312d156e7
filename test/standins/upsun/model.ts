/** What the stand-in keeps, field by field as the platform words it; `_links` are made when it answers. */

export interface Organization {
  id: string;
  type: 'fixed' | 'flexible';
  owner_id: string;
  namespace: string;
  name: string;
  label: string;
  country: string;
  capabilities: string[];
  vendor: string;
  status: 'active' | 'restricted' | 'suspended' | 'deleted';
  created_at: string;
  updated_at: string;
}

export interface Project {
  id: string;
  created_at: string;
  updated_at: string;
  attributes: Record<string, string>;
  title: string;
  description: string;
  owner: string;
  namespace: string | null;
  organization: string;
  default_branch: string | null;
  status: { code: string; message: string };
  timezone: string;
  region: string;
  repository: { url: string; client_ssh_key: string | null };
  default_domain: string | null;
  subscription: {
    license_uri: string;
    storage: number;
    included_users: number;
    subscription_management_uri: string;
    restricted: boolean;
    suspended: boolean;
    user_licenses: number;
  };
  maintenance: { next_maintenance: string } | null;
}

export interface Environment {
  id: string;
  created_at: string;
  updated_at: string;
  name: string;
  machine_name: string;
  title: string;
  attributes: Record<string, string>;
  type: 'production' | 'staging' | 'development';
  parent: string | null;
  default_domain: string | null;
  has_domains: boolean;
  clone_parent_on_create: boolean;
  deployment_target: string | null;
  is_pr: boolean;
  has_remote: boolean;
  status: 'active' | 'deleting' | 'dirty' | 'inactive' | 'paused';
  http_access: { is_enabled: boolean; addresses: []; basic_auth: Record<string, string> };
  enable_smtp: boolean;
  restrict_robots: boolean;
  edge_hostname: string;
  deployment_state: null;
  sizing: null;
  resources_overrides: Record<string, never>;
  max_instance_count: number | null;
  last_active_at: string | null;
  last_backup_at: string | null;
  project: string;
  is_main: boolean;
  is_dirty: boolean;
  has_staged_activities: boolean;
  can_rolling_deploy: boolean;
  supports_rolling_deployments: boolean;
  has_code: boolean;
  head_commit: string | null;
  merge_info: {
    commits_ahead: number | null;
    commits_behind: number | null;
    parent_ref: string | null;
  };
  has_deployment: boolean;
  supports_restrict_robots: boolean;
}

export interface Backup {
  id: string;
  created_at: string;
  updated_at: string;
  attributes: Record<string, string>;
  status: 'CREATED' | 'DELETING';
  /** Null: made by hand, kept until it is evicted. */
  expires_at: string | null;
  /** Of automated ones only. */
  index: number | null;
  commit_id: string;
  environment: string;
  safe: boolean;
  size_of_volumes: number | null;
  size_used: number | null;
  deployment: string | null;
  restorable: boolean;
  automated: boolean;
}

export interface Activity {
  id: string;
  created_at: string;
  updated_at: string;
  type: string;
  parameters: Record<string, unknown>;
  project: string;
  environments: string[];
  state: 'cancelled' | 'complete' | 'in_progress' | 'pending' | 'scheduled' | 'staged';
  result: 'failure' | 'success' | null;
  failure_reason: 'error' | 'shell' | null;
  started_at: string | null;
  completed_at: string | null;
  completion_percent: number;
  cancelled_at: string | null;
  timings: Record<string, number>;
  /** Said to be out of use: the stream has it. */
  log: string;
  payload: Record<string, unknown>;
  description: string | null;
  text: string | null;
  expires_at: string | null;
  commands: { app: string; type: string; exit_code: number }[];
}

export interface Schedule {
  interval: string;
  count: number;
}

export interface RetentionOfType {
  max_backups: number;
  default_config: { manual_count: number; schedule: Schedule[] };
}

/** Null: never set, the platform's default policy holds. */
export type DataRetention = Record<string, RetentionOfType> | null;

/** All of a project's settings; what is not about retention is as the sample has it. */
export type Settings = { data_retention: DataRetention } & Record<string, unknown>;

/** What may be done in a project. */
export type Capabilities = { data_retention: { enabled: boolean } } & Record<string, unknown>;

/** A line of a log. */
export interface LogItem {
  _id: string;
  data: { timestamp: string; message: string };
}

export interface ProjectState {
  project: Project;
  environments: Environment[];
  backups: Backup[];
  /** Newest last. */
  activities: Activity[];
  /** By the id of the activity. */
  logs: Map<string, LogItem[]>;
  settings: Settings;
  capabilities: Capabilities;
}
