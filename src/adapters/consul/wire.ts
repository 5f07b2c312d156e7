import * as z from 'zod';

/** `GET /v1/agent/self`: of the agent that is asked, which may be a client. */
export const agentSelfSchema = z.object({
  Config: z.object({
    Datacenter: z.string(),
    NodeName: z.string().optional(),
    Server: z.boolean().optional(),
    Version: z.string(),
  }),
});

/** `GET /v1/status/leader`: `ip:port`, or empty. */
export const leaderSchema = z.string();

/** `GET /v1/status/peers`: `ip:port` of the Raft peers. Null before there are any. */
export const peersSchema = z
  .array(z.string())
  .nullable()
  .transform((peers) => peers ?? []);

/** `GET /v1/catalog/datacenters`. */
export const datacentersSchema = z.array(z.string());

/** `GET /v1/operator/autopilot/health`: status 429 with the same body when not healthy. */
export const autopilotHealthSchema = z.object({
  Healthy: z.boolean(),
  FailureTolerance: z.number().optional(),
  Servers: z
    .array(
      z.object({
        ID: z.string(),
        Name: z.string(),
        Address: z.string().default(''),
        SerfStatus: z.string().default(''),
        Version: z.string().default(''),
        Leader: z.boolean(),
        LastIndex: z.number().optional(),
        Healthy: z.boolean(),
        Voter: z.boolean(),
      }),
    )
    .nullable()
    .transform((servers) => servers ?? []),
});

export type AutopilotHealth = z.infer<typeof autopilotHealthSchema>;

/** `GET /v1/operator/raft/configuration`. */
export const raftConfigurationSchema = z.object({
  Servers: z
    .array(
      z.object({
        ID: z.string(),
        Node: z.string(),
        Address: z.string(),
        Leader: z.boolean(),
        Voter: z.boolean(),
      }),
    )
    .nullable()
    .transform((servers) => servers ?? []),
});

/** `GET /v1/connect/ca/roots`. */
export const caRootsSchema = z.object({
  ActiveRootID: z.string(),
  /** The CA's cluster id with `.consul` after it. */
  TrustDomain: z.string(),
});

/** `GET /v1/acl/token/self`; the secret in it is not taken over. */
export const tokenSelfSchema = z.object({
  AccessorID: z.string(),
  Policies: z
    .array(z.object({ ID: z.string() }))
    .nullish()
    .transform((policies) => policies ?? []),
});

/** `GET /v1/catalog/services`: tags by service name. */
export const servicesSchema = z.record(z.string(), z.unknown());
