import type { SetupQuestion } from '../../core/ports';

const TLS_FILES: readonly SetupQuestion[] = [
  { kind: 'file', field: 'caFile', title: 'CA file', prompt: 'Choose the CA certificate' },
  {
    kind: 'file',
    field: 'clientCert',
    title: 'Client certificate',
    prompt: 'Choose our certificate',
  },
  { kind: 'file', field: 'clientKey', title: 'Client key', prompt: 'Choose its key' },
];

/** What *Add Cluster* asks about a swarm. */
export const swarmSetup: readonly SetupQuestion[] = [
  {
    kind: 'choice',
    title: 'Engine',
    prompt: 'Where is a manager of the swarm? Its engine is asked for everything.',
    options: [
      {
        label: "As Docker's own command line",
        detail: 'DOCKER_HOST, else the current context, else the socket of this machine',
      },
      {
        label: 'A context',
        detail: "One that Docker's own command line knows: docker context ls",
        ask: [
          {
            kind: 'text',
            field: 'context',
            title: 'Context',
            prompt: 'Name of the context.',
            placeholder: 'production',
          },
        ],
      },
      {
        label: 'An address',
        detail: 'A unix socket, TCP with TLS, or SSH',
        ask: [
          {
            kind: 'text',
            field: 'host',
            title: 'Address',
            prompt: 'Address of a manager’s engine.',
            placeholder: 'tcp://manager1.example.com:2376',
            problem: (answer) =>
              /^(unix|tcp|ssh|http|https|npipe):\/\/./.test(answer)
                ? undefined
                : 'An address begins with unix://, tcp:// or ssh://.',
          },
        ],
      },
      {
        label: 'A client bundle',
        detail: 'The folder of an unpacked bundle of UCP or MKE',
        ask: [
          {
            kind: 'text',
            field: 'clientBundle',
            title: 'Client bundle',
            prompt: 'The folder with env.sh and the certificates.',
          },
        ],
      },
    ],
  },
  {
    kind: 'choice',
    title: 'TLS',
    prompt: 'Which certificates does the engine ask for?',
    when: ({ host }) => typeof host === 'string' && /^(tcp|https):/.test(host),
    options: [
      {
        label: 'A CA of our own, and a client certificate',
        detail: 'As dockerd --tlsverify: choose the CA certificate, ours and its key (PEM)',
        ask: TLS_FILES,
      },
      {
        label: "As Docker's own command line",
        detail: 'DOCKER_CERT_PATH, else ~/.docker',
      },
    ],
  },
];
