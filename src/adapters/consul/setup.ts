import type { SetupQuestion } from '../../core/ports';
import { addressProblem } from './address';

/** What *Add Cluster* asks about a Consul. */
export const consulSetup: readonly SetupQuestion[] = [
  {
    kind: 'text',
    field: 'address',
    title: 'Address',
    prompt: 'Address of a Consul agent; a path after the host is put before every request.',
    placeholder: 'https://consul.example.com:8501',
    value: 'http://127.0.0.1:8500',
    problem: addressProblem,
  },
  {
    kind: 'choice',
    title: 'TLS',
    prompt: 'Who signs the certificate of the server?',
    when: (entry) => String(entry.address).startsWith('https:'),
    options: [
      { label: 'A CA this system trusts', detail: 'Nothing more is needed' },
      {
        label: 'A CA of our own',
        detail: 'Choose the file with the CA certificate (PEM)',
        ask: [
          { kind: 'file', field: 'caFile', title: 'CA file', prompt: 'Choose the CA certificate' },
        ],
      },
      {
        label: 'A CA of our own, and it asks for a client certificate',
        detail: 'Choose the CA certificate, our certificate and its key (PEM)',
        ask: [
          { kind: 'file', field: 'caFile', title: 'CA file', prompt: 'Choose the CA certificate' },
          {
            kind: 'file',
            field: 'clientCert',
            title: 'Client certificate',
            prompt: 'Choose our certificate',
          },
          { kind: 'file', field: 'clientKey', title: 'Client key', prompt: 'Choose its key' },
        ],
      },
      {
        label: 'Do not verify',
        detail: 'Anyone in between can read the token and the backups: for trying out only',
        set: { insecureSkipVerify: true },
      },
    ],
  },
  {
    kind: 'choice',
    title: 'ACL token',
    prompt: 'Backing up needs a token with acl = "write" where ACLs are enabled.',
    options: [
      { label: 'No token', detail: 'ACLs are not enabled' },
      {
        label: 'Enter a token',
        detail: 'Kept in the secret storage of the editor, for this address only',
        ask: [
          {
            kind: 'secret',
            field: 'token',
            title: 'ACL token',
            prompt: 'The token. It is stored as a secret; the file holds only its name.',
          },
        ],
      },
      {
        label: 'From the environment variable CONSUL_HTTP_TOKEN',
        set: { token: { env: 'CONSUL_HTTP_TOKEN' } },
      },
    ],
  },
];
