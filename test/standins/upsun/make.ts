import { randomBytes } from 'node:crypto';
import type { Activity, Backup, Capabilities, Environment, Organization } from './model';
import type { Project, Settings } from './model';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const letters = (count: number, alphabet: string): string =>
  Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join('');

/** As the platform's: 26 letters of a backup, 13 of a project or an activity. */
export const backupId = (): string => letters(26, BASE32);
export const shortId = (): string => letters(13, BASE32);
/** A ULID. */
export const organizationId = (): string => `01${letters(24, CROCKFORD)}`;

let last = 0;

/**
 * As the platform writes them: with microseconds and an offset. The present is a little later each time.
 *
 * @param at milliseconds since 1970; default: now
 */
export function moment(at?: number): string {
  last = Math.max(Date.now() * 1000, last + 1);
  const micros = at === undefined ? last : Math.floor(at) * 1000;
  const text = new Date(micros / 1000).toISOString().slice(0, -1);
  return `${text}${String(micros % 1000).padStart(3, '0')}+00:00`;
}

const hex = (): string => randomBytes(20).toString('hex');

/** An organisation, with what is not said made up. */
export function makeOrganization(
  given: Partial<Organization> & { name: string; owner_id: string },
): Organization {
  const at = moment(Date.UTC(2024, 0, 15));
  return {
    id: organizationId(),
    type: 'flexible',
    namespace: 'upsun',
    label: given.name,
    country: 'AT',
    capabilities: [],
    vendor: 'upsun',
    status: 'active',
    created_at: at,
    updated_at: at,
    ...given,
  };
}

export function makeProject(
  given: Partial<Project> & { title: string; owner: string; organization: string },
): Project {
  const { id = shortId() } = given;
  const at = moment(Date.UTC(2024, 1, 1));
  return {
    id,
    created_at: at,
    updated_at: at,
    attributes: {},
    description: '',
    namespace: 'upsun',
    default_branch: 'main',
    status: { code: 'provisioned', message: 'ok' },
    timezone: 'Europe/Vienna',
    region: 'eu-2.platform.sh',
    repository: { url: `${id}@git.eu-2.platform.sh:${id}.git`, client_ssh_key: null },
    default_domain: null,
    subscription: {
      license_uri: `https://accounts.upsun.com/api/v1/licenses/${id}`,
      storage: 5120,
      included_users: 1,
      subscription_management_uri: 'https://console.upsun.com/-/subscriptions',
      restricted: false,
      suspended: false,
      user_licenses: 1,
    },
    maintenance: null,
    ...given,
  };
}

export function makeEnvironment(
  given: Partial<Environment> & { id: string; project: string },
): Environment {
  const { id, status = 'active' } = given;
  const at = moment(Date.UTC(2024, 1, 1));
  const running = status !== 'inactive';
  const machineName = `${id.replace(/[^a-z0-9]+/gi, '-')}-${letters(7, BASE32)}`;
  return {
    created_at: at,
    updated_at: at,
    name: id,
    machine_name: machineName,
    title: id.charAt(0).toUpperCase() + id.slice(1),
    attributes: {},
    type: 'development',
    parent: null,
    default_domain: null,
    has_domains: false,
    clone_parent_on_create: true,
    deployment_target: 'local',
    is_pr: false,
    has_remote: false,
    status,
    http_access: { is_enabled: true, addresses: [], basic_auth: {} },
    enable_smtp: false,
    restrict_robots: true,
    edge_hostname: `${machineName}.eu-2.platformsh.site`,
    deployment_state: null,
    sizing: null,
    resources_overrides: {},
    max_instance_count: null,
    last_active_at: running ? at : null,
    last_backup_at: null,
    is_main: given.type === 'production',
    is_dirty: false,
    has_staged_activities: false,
    can_rolling_deploy: false,
    supports_rolling_deployments: false,
    has_code: true,
    head_commit: hex(),
    merge_info: { commits_ahead: 0, commits_behind: 0, parent_ref: given.parent ?? null },
    has_deployment: running,
    supports_restrict_robots: true,
    ...given,
  };
}

export function makeBackup(given: Partial<Backup> & { environment: string }): Backup {
  const at = given.created_at ?? moment();
  return {
    id: backupId(),
    created_at: at,
    updated_at: at,
    attributes: {},
    status: 'CREATED',
    expires_at: null,
    index: null,
    commit_id: hex(),
    safe: true,
    size_of_volumes: null,
    size_used: null,
    deployment: null,
    restorable: true,
    automated: false,
    ...given,
  };
}

export function makeActivity(
  given: Partial<Activity> & { type: string; project: string },
): Activity {
  const at = given.created_at ?? moment();
  return {
    id: shortId(),
    created_at: at,
    updated_at: at,
    parameters: {},
    environments: [],
    state: 'pending',
    result: null,
    failure_reason: null,
    started_at: null,
    completed_at: null,
    completion_percent: 0,
    cancelled_at: null,
    timings: {},
    log: '',
    payload: {},
    description: null,
    text: null,
    expires_at: null,
    commands: [],
    ...given,
  };
}

/** What may be done in a project; only `data_retention` means something here. */
export const makeCapabilities = (): Capabilities => ({
  tasks: { enabled: false },
  metrics: { max_range: '1h' },
  logs_forwarding: { max_extra_payload_size: 0 },
  guaranteed_resources: { enabled: false, instance_limit: 0 },
  images: {},
  instance_limit: 8,
  build_resources: { enabled: true, max_cpu: 4, max_memory: 8192 },
  data_retention: { enabled: true },
  autoscaling: { enabled: false },
});

const OFF = [
  ...['use_drupal_defaults', 'use_legacy_subdomains', 'certificate_renewal_activity'],
  ...['flexible_build_cache', 'strict_configuration', 'has_sleepy_crons', 'crons_in_git'],
  ...['enable_codesource_integration_push', 'enforce_mfa', 'systemd', 'router_gen2'],
  ...['self_upgrade', 'self_upgrade_latest_major', 'enable_cache_grace_period'],
  ...['enable_admin_agent', 'centralized_permissions', 'persistent_endpoints_ssh'],
  ...['persistent_endpoints_ssl_certificates', 'enable_disk_health_monitoring'],
  ...['enable_unified_configuration', 'enable_explicit_empty_routes', 'enable_routes_tracing'],
  ...['image_deployment_validation', 'support_generic_images', 'allow_burst'],
  ...['enable_github_app_token_exchange', 'disable_agent_error_reporter'],
  ...['requires_domain_ownership', 'enable_guaranteed_resources', 'allow_manual_deployments'],
  ...['allow_rolling_deployments', 'allow_activity_reschedule', 'allow_scaling_to_zero'],
  ...['save_applications_vendors', 'locations_script_default', 'support_oci_images'],
];
const ON = [
  ...['enable_certificate_provisioning', 'enable_state_api_deployments', 'sizing_api_enabled'],
  ...['enable_incremental_backups', 'enable_zero_downtime_deployments'],
  ...['enable_paused_environments'],
];

/** A project's settings; only `data_retention` means something here. */
export const makeSettings = (): Settings => ({
  ...Object.fromEntries(OFF.map((name) => [name, false])),
  ...Object.fromEntries(ON.map((name) => [name, true])),
  initialize: {},
  product_name: 'Upsun',
  product_code: 'upsun',
  ui_uri_template: 'https://console.upsun.com/{project}',
  variables_prefix: 'PLATFORM_',
  bot_email: 'bot@upsun.com',
  application_config_file: '.upsun.app.yaml',
  project_config_dir: '.upsun',
  development_service_size: 'S',
  development_application_size: 'S',
  certificate_style: 'ecdsa',
  development_domain_template: null,
  temporary_disk_size: null,
  local_disk_size: null,
  cron_minimum_interval: 5,
  cron_maximum_jitter: 20,
  cron_production_expiry_interval: 24,
  cron_non_production_expiry_interval: 24,
  concurrency_limits: {},
  custom_error_template: null,
  app_error_page_template: null,
  environment_name_strategy: 'name-and-hash',
  build_resources: { cpu: 2, memory: 4096 },
  outbound_restrictions_default_policy: 'allow',
  additional_hosts: {},
  max_allowed_routes: 50_000,
  max_allowed_redirects_paths: 50_000,
  certifier_url: '',
  glue_server_max_request_size: 10,
  continuous_profiling: { supported_runtimes: [] },
  git_server: { push_size_hard_limit: 0 },
  activity_logs_max_size: 0,
  maintenance_window: null,
  router_resources: { baseline_cpu: 0.1, baseline_memory: 64, max_cpu: 1, max_memory: 256 },
  data_retention: null,
});
