import { activity } from './schemasOfEnvironments';
import {
  anything,
  closed,
  flag,
  formatted,
  list,
  map,
  moment,
  oneOf,
  open,
  orNull,
  text,
} from './shape';
import type { Schema } from './shape';

const link = open({}, { href: text });
const command = open({}, { href: text, method: text });

/** What is answered instead, by the part that knows users and organisations. */
export const refusal: Schema = open({ error: text });

export const user: Schema = open(
  {
    id: formatted('uuid'),
    deactivated: flag,
    namespace: text,
    username: text,
    email: formatted('email'),
    email_verified: flag,
    first_name: text,
    last_name: text,
    picture: formatted('uri'),
    company: text,
    website: formatted('uri'),
    country: { ...text, minLength: 2, maxLength: 2 },
    created_at: moment,
    updated_at: moment,
  },
  { consented_at: moment, consent_method: oneOf('opt-in', 'text-ref') },
);

export const organization: Schema = open(
  {},
  {
    id: formatted('ulid'),
    type: oneOf('fixed', 'flexible'),
    owner_id: formatted('uuid'),
    namespace: text,
    name: text,
    label: text,
    country: { ...text, maxLength: 2 },
    capabilities: { ...list(text), uniqueItems: true },
    vendor: text,
    billing_profile_id: text,
    billing_legacy: flag,
    security_contact: formatted('email'),
    ai_agent_settings: open(
      {},
      { can_enable: flag, performance_agent_enabled: flag, log_analyzer_agent_enabled: flag },
    ),
    status: oneOf('active', 'restricted', 'suspended', 'deleted'),
    created_at: moment,
    updated_at: moment,
    _links: open(
      {},
      {
        self: link,
        update: command,
        delete: command,
        members: link,
        'create-member': command,
        address: link,
        profile: link,
        'payment-source': link,
        orders: link,
        vouchers: link,
        'apply-voucher': command,
        subscriptions: link,
        'create-subscription': command,
        'estimate-subscription': link,
        'mfa-enforcement': link,
      },
    ),
  },
);

export const listLinks: Schema = open({}, { self: link, previous: link, next: link });

export const projectFacets: Schema = closed({}, { plans: orNull(map(text)) });

export const aggregatedSellables: Schema = map(anything);

export const aggregatedFeatures: Schema = open({}, { backups: orNull(anything) });

export const planTitles: Schema = map(text);

export const projectOptionsAggregated: Schema = closed(
  {},
  {
    billing: orNull(anything),
    defaults: orNull(anything),
    enforced: orNull(anything),
    initialize: orNull(anything),
    plans: orNull(list(text)),
    regions: orNull(list(text)),
    plan_titles: planTitles,
    sellables: aggregatedSellables,
    features: aggregatedFeatures,
    container_sizes: orNull(list(text)),
    debug: orNull(anything),
  },
);

export const organizationProject: Schema = closed(
  {},
  {
    id: text,
    organization_id: text,
    subscription_id: text,
    vendor: text,
    region: text,
    title: text,
    type: oneOf('grid', 'dedicated'),
    plan: text,
    timezone: text,
    default_branch: text,
    status: oneOf('requested', 'active', 'failed', 'suspended', 'deleted'),
    trial_plan: flag,
    project_ui: text,
    dedicated_tag: text,
    created_at: moment,
    updated_at: moment,
    activities: orNull(list(activity)),
    fastly_service_ids: orNull(list(text)),
    project_options: projectOptionsAggregated,
    _links: open(
      {},
      {
        self: link,
        api: orNull(link),
        subscription: orNull(link),
        view_usage_alerts: orNull(link),
        update: orNull(command),
        plan_uri: orNull(link),
        delete: orNull(command),
        update_usage_alerts: orNull(command),
        activities: orNull(link),
        addons: orNull(link),
      },
    ),
  },
);
