import * as z from 'zod';

const path = z.string().min(1);

/** How one engine is reached. */
export const engineFields = {
  host: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Address of an engine: `unix:///path`, `tcp://host:2376` or `ssh://user@host`. ' +
        "Default: what Docker's own command line would use.",
    ),
  context: z
    .string()
    .min(1)
    .optional()
    .describe("Name of a context of Docker's own command line; instead of `host`."),
  clientBundle: path
    .optional()
    .describe('Folder of an unpacked client bundle of UCP or MKE; instead of `host`.'),
  caFile: path
    .optional()
    .describe("File with the CA certificates (PEM) that sign the engine's certificate."),
  clientCert: path.optional().describe('File with our client certificate (PEM).'),
  clientKey: path.optional().describe('File with the key of `clientCert` (PEM).'),
  tlsServerName: z
    .string()
    .min(1)
    .optional()
    .describe("Name to expect in the engine's certificate."),
  insecureSkipVerify: z
    .boolean()
    .optional()
    .describe(
      'Takes any certificate: whoever sits in between can take over the cluster. For trying out only.',
    ),
};

/** Those that hold a path. */
export const ENGINE_PATH_FIELDS = ['clientBundle', 'caFile', 'clientCert', 'clientKey'] as const;
