import assert from 'node:assert/strict';
import { hookEnvironment, secretsOf } from '../../../src/compose/agent/hookEnvironment';
import { namedVariables, webhookNeeds } from '../../../src/core/config/secrets';
import { event } from './fixtures';

const env = {
  PATH: '/bin',
  CLUSTER_BACKUP_HOME: '/home/agent',
  CLUSTER_BACKUP_SECRET_BACKUPS: 'a passphrase',
  cluster_backup_secret_lower: 'as on Windows',
  PROD_TOKEN: 'a token',
  PROD_TOKEN_FILE: '/run/secrets/prod',
  ADDRESS: 'https://hooks.example/T0/secret',
  CLUSTER_BACKUP_BACKUP_ID: 'of an outer agent',
};
const named = new Set(['PROD_TOKEN', 'ADDRESS']);

describe('the environment of a hook', () => {
  it('has what the process has, without a secret, and what happened', () => {
    const given = hookEnvironment(env, named, {
      ...event({ schedule: '1d' }),
      error: { code: 'http.unreachable', message: 'Gone.', next: 'Look.' },
    });
    assert.deepEqual(given, {
      PATH: '/bin',
      CLUSTER_BACKUP_HOME: '/home/agent',
      CLUSTER_BACKUP_EVENT: 'failed',
      CLUSTER_BACKUP_CLUSTER: 'prod',
      CLUSTER_BACKUP_SCHEDULE: '1d',
      CLUSTER_BACKUP_BACKUP_ID: '',
      CLUSTER_BACKUP_ERROR_CODE: 'http.unreachable',
      CLUSTER_BACKUP_MESSAGE: 'The backup of "prod" failed.',
    });
  });

  it('knows the values that must not show in what it prints', () => {
    assert.deepEqual(secretsOf(env, named).sort(), [
      '/run/secrets/prod',
      'a passphrase',
      'a token',
      'as on Windows',
      'https://hooks.example/T0/secret',
    ]);
  });

  it('goes by every variable that the configuration names, wherever it stands', () => {
    const found = namedVariables([
      { connection: { token: { env: 'A' }, managers: [{ password: { env: 'B' } }] } },
      {
        encryption: { passphrase: { env: 'C' } },
        policy: { notices: [{ webhook: { env: 'D' } }] },
      },
      { connection: { token: { secret: 'stored' }, env: 'no reference' } },
    ]);
    assert.deepEqual([...found].sort(), ['A', 'B', 'C', 'D']);
  });
});

describe('the secret addresses of hooks', () => {
  it('are told with their place, bound to webhooks; plain ones and commands are none', () => {
    const needs = webhookNeeds({
      name: 'prod',
      policy: {
        before: [{ command: ['true'] }],
        notices: [
          { webhook: 'https://example.org' },
          { webhook: { secret: 'chat' } },
          { webhook: { env: 'CHAT' }, timeout: '5s' },
        ],
      },
    });
    assert.deepEqual(
      needs.map(({ field, binding }) => [field, binding]),
      [
        ['policy.notices.1.webhook', 'webhook'],
        ['policy.notices.2.webhook', 'webhook'],
      ],
    );
    assert.deepEqual(webhookNeeds({ name: 'prod' }), []);
  });
});
