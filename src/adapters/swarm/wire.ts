import * as z from 'zod';

/*
 * What we read of an engine's answers (moby api/swagger.yaml). Definitions themselves are kept whole: only what is
 * looked at is named, and the rest passes.
 */

/** Go writes what is not set as null, or leaves it out: both are undefined here. */
const given = <T>(value: T): NonNullable<T> | undefined => value ?? undefined;

const text = z.string();
const optionalText = z.string().nullish().transform(given);

export const infoSchema = z.looseObject({
  ID: optionalText,
  Name: text,
  ServerVersion: optionalText,
  OperatingSystem: optionalText,
  OSType: optionalText,
  Architecture: optionalText,
  DockerRootDir: optionalText,
  Swarm: z
    .looseObject({
      NodeID: optionalText,
      NodeAddr: optionalText,
      LocalNodeState: optionalText,
      ControlAvailable: z.boolean().nullish().transform(given),
      Error: optionalText,
      Managers: z.number().nullish().transform(given),
      Nodes: z.number().nullish().transform(given),
      Cluster: z
        .looseObject({ ID: optionalText, CreatedAt: optionalText })
        .nullish()
        .transform(given),
    })
    .nullish()
    .transform(given),
});
export type EngineInfo = z.infer<typeof infoSchema>;

/** Any object of a list, whole. */
export const objectSchema = z.record(z.string(), z.unknown());
export const listSchema = z.array(objectSchema).nullable();

const labels = z.record(z.string(), z.string()).nullish().transform(given);
const version = z.looseObject({ Index: z.union([z.number(), z.bigint()]) });

export const nodeSchema = z.looseObject({
  ID: text,
  Version: version,
  Spec: z.looseObject({
    Name: optionalText,
    Role: optionalText,
    Availability: optionalText,
    Labels: labels,
  }),
  Description: z
    .looseObject({
      Hostname: optionalText,
      Engine: z.looseObject({ EngineVersion: optionalText }).nullish().transform(given),
    })
    .nullish()
    .transform(given),
  Status: z
    .looseObject({ State: optionalText, Message: optionalText, Addr: optionalText })
    .nullish()
    .transform(given),
  ManagerStatus: z
    .looseObject({
      Leader: z.boolean().nullish().transform(given),
      Reachability: optionalText,
      Addr: optionalText,
    })
    .nullish()
    .transform(given),
});
export type SwarmNode = z.infer<typeof nodeSchema>;

export const swarmSchema = z.looseObject({
  ID: text,
  CreatedAt: optionalText,
  Spec: z.looseObject({
    EncryptionConfig: z
      .looseObject({ AutoLockManagers: z.boolean().nullish().transform(given) })
      .nullish()
      .transform(given),
  }),
});

const mountSchema = z.looseObject({
  Type: optionalText,
  Source: optionalText,
  Target: optionalText,
  VolumeOptions: z
    .looseObject({ DriverConfig: z.looseObject({ Name: optionalText }).nullish().transform(given) })
    .nullish()
    .transform(given),
});

const replicas = z.union([z.number(), z.bigint()]).nullish().transform(given);

export const serviceSchema = z.looseObject({
  ID: text,
  Version: version,
  Spec: z.looseObject({
    Name: text,
    Labels: labels,
    Mode: z
      .looseObject({
        Replicated: z.looseObject({ Replicas: replicas }).nullish().transform(given),
        Global: z.looseObject({}).nullish().transform(given),
        ReplicatedJob: z.looseObject({}).nullish().transform(given),
        GlobalJob: z.looseObject({}).nullish().transform(given),
      })
      .nullish()
      .transform(given),
    TaskTemplate: z
      .looseObject({
        ContainerSpec: z
          .looseObject({
            Image: optionalText,
            Mounts: z.array(mountSchema).nullish().transform(given),
            Secrets: z
              .array(z.looseObject({ SecretName: optionalText }))
              .nullish()
              .transform(given),
            Configs: z
              .array(z.looseObject({ ConfigName: optionalText }))
              .nullish()
              .transform(given),
            Privileges: z
              .looseObject({
                CredentialSpec: z.looseObject({ Config: optionalText }).nullish().transform(given),
              })
              .nullish()
              .transform(given),
          })
          .nullish()
          .transform(given),
        Placement: z
          .looseObject({ Constraints: z.array(text).nullish().transform(given) })
          .nullish()
          .transform(given),
        Networks: z
          .array(z.looseObject({ Target: optionalText }))
          .nullish()
          .transform(given),
      })
      .nullish()
      .transform(given),
    Networks: z
      .array(z.looseObject({ Target: optionalText }))
      .nullish()
      .transform(given),
  }),
  ServiceStatus: z
    .looseObject({
      RunningTasks: z.number().nullish().transform(given),
      DesiredTasks: z.number().nullish().transform(given),
    })
    .nullish()
    .transform(given),
});
export type SwarmService = z.infer<typeof serviceSchema>;

export const volumeSchema = z.looseObject({
  Name: text,
  Driver: text,
  Scope: optionalText,
  Labels: labels,
  Options: labels,
  UsageData: z
    .looseObject({
      Size: z.union([z.number(), z.bigint()]).nullish().transform(given),
      RefCount: z.number().nullish().transform(given),
    })
    .nullish()
    .transform(given),
});
export type EngineVolume = z.infer<typeof volumeSchema>;

export const volumesSchema = z.looseObject({
  Volumes: z.array(objectSchema).nullish().transform(given),
  Warnings: z.array(text).nullish().transform(given),
});

export const taskSchema = z.looseObject({
  ID: text,
  ServiceID: optionalText,
  NodeID: optionalText,
  DesiredState: optionalText,
  Status: z.looseObject({ State: optionalText }).nullish().transform(given),
});

export const containerSchema = z.looseObject({
  Id: text,
  Names: z.array(text).nullish().transform(given),
  State: optionalText,
  Labels: labels,
  Image: optionalText,
});

export const createdSchema = z.looseObject({ Id: text });
