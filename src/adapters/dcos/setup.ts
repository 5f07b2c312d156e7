import type { SetupQuestion } from '../../core/ports';

/** What *Add Cluster* asks about DC/OS: where a master is, and who we are. */
export const dcosSetup: readonly SetupQuestion[] = [
  {
    kind: 'text',
    field: 'address',
    title: 'Address',
    prompt: 'Address of a master, or of the cluster.',
    placeholder: 'https://dcos.example.com',
    problem: (answer) =>
      /^https?:\/\/[^/]/.test(answer) ? undefined : 'An address begins with https://.',
  },
  {
    kind: 'choice',
    title: 'TLS',
    prompt: 'Who signs the certificate of the masters?',
    when: (entry) => String(entry.address).startsWith('https:'),
    options: [
      {
        label: 'The cluster’s own CA, or another of ours',
        detail: 'Choose the file: DC/OS offers its own at /ca/dcos-ca.crt',
        ask: [
          { kind: 'file', field: 'caFile', title: 'CA file', prompt: 'Choose the CA certificate' },
        ],
      },
      { label: 'A CA this system trusts', detail: 'Nothing more is needed' },
    ],
  },
  {
    kind: 'choice',
    title: 'Login',
    prompt:
      'Backups need the permission dcos:adminrouter:ops:system-backup, action full, or a superuser.',
    options: [
      {
        label: 'User and password',
        detail: 'The password is kept in the secret storage, for this address only',
        ask: [
          { kind: 'text', field: 'user', title: 'User', prompt: 'Name of the user.' },
          {
            kind: 'secret',
            field: 'password',
            title: 'Password',
            prompt: 'The password. It is stored as a secret; the file holds only its name.',
          },
        ],
      },
      {
        label: 'Service account',
        detail: 'With its private key in a file',
        ask: [
          {
            kind: 'text',
            field: 'serviceAccount',
            title: 'Service account',
            prompt: 'Id of the service account.',
          },
          {
            kind: 'file',
            field: 'privateKeyFile',
            title: 'Private key',
            prompt: 'Choose its private key',
          },
        ],
      },
      {
        label: 'An existing token',
        detail: 'For clusters with single sign-on; it can’t be renewed when it runs out',
        ask: [
          {
            kind: 'secret',
            field: 'token',
            title: 'Token',
            prompt: 'What "dcos config show core.dcos_acs_token" prints.',
          },
        ],
      },
    ],
  },
];
