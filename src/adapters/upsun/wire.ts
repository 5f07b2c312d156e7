import * as z from 'zod';

// What the API tells, read leniently: only what we need has to be there, and null counts as left out. After the
// vendor's OpenAPI description (openapispec-upsun.json); `_links` and `_embedded` are not in it and are what the
// vendor's own command line lives by.

/** A field that may be missing, or null. */
export const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((v) => v ?? undefined);
const text = maybe(z.string());
const flag = maybe(z.boolean());
const count = maybe(z.number());

/** Also one that is only a path. */
const linkSchema = z.looseObject({
  href: z.string().refine((href) => URL.canParse(href, 'https://link.invalid')),
});
/** Odd links are left out: they only say what may be done. */
const linksSchema = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((links) => {
    const read = Object.entries(links ?? {}).flatMap(([name, link]) => {
      const parsed = linkSchema.safeParse(link);
      return parsed.success ? [[name, parsed.data.href] as const] : [];
    });
    return Object.fromEntries(read);
  });

export const tokenSchema = z.looseObject({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: count,
});

export const projectSchema = z.looseObject({
  id: z.string(),
  title: text,
  region: text,
  default_branch: text,
  organization: text,
  timezone: text,
  status: maybe(z.looseObject({ code: text, message: text })).catch(undefined),
  subscription: maybe(z.looseObject({ suspended: flag })).catch(undefined),
});
export type Project = z.infer<typeof projectSchema>;

export const capabilitiesSchema = z.looseObject({
  data_retention: maybe(z.looseObject({ enabled: flag })),
});
export type ProjectCapabilities = z.infer<typeof capabilitiesSchema>;

export const environmentSchema = z.looseObject({
  id: z.string(),
  name: text,
  title: text,
  type: text,
  status: text,
  parent: text,
  is_main: flag,
  is_dirty: flag,
  has_remote: flag,
  last_backup_at: text,
  _links: linksSchema,
});
export type Environment = z.infer<typeof environmentSchema>;
export const environmentsSchema = z.array(environmentSchema);

export const backupSchema = z.looseObject({
  id: z.string(),
  created_at: text,
  updated_at: text,
  expires_at: text,
  attributes: maybe(z.record(z.string(), z.unknown())),
  status: text,
  index: count,
  commit_id: text,
  environment: text,
  safe: flag,
  restorable: flag,
  automated: flag,
  size_of_volumes: count,
  size_used: count,
  deployment: text,
  _links: linksSchema,
});
export type UpsunBackup = z.infer<typeof backupSchema>;
export const backupsSchema = z.array(backupSchema);

export const activitySchema = z.looseObject({
  id: z.string(),
  type: z.string().catch(''),
  state: z.string().catch(''),
  result: text,
  failure_reason: text,
  completion_percent: count,
  created_at: text,
  started_at: text,
  completed_at: text,
  environments: maybe(z.array(z.string())),
  text,
  payload: maybe(z.looseObject({ backup_name: z.string().optional().catch(undefined) })).catch(
    undefined,
  ),
  _links: linksSchema,
});
export type UpsunActivity = z.infer<typeof activitySchema>;
export const activitiesSchema = z.array(activitySchema);

/** What is answered to whatever is asked for: that it was taken, not that it succeeded. */
export const acceptedSchema = z.looseObject({
  _embedded: maybe(z.looseObject({ activities: maybe(activitiesSchema) })),
});
export type Accepted = z.infer<typeof acceptedSchema>;

/** How many backups are kept, as far as it matters to a further one. */
export const keptSchema = z.looseObject({
  data_retention: maybe(
    z.record(
      z.string(),
      z.looseObject({
        max_backups: count,
        default_config: maybe(z.looseObject({ manual_count: count })),
      }),
    ),
  ),
});
export type Kept = z.infer<typeof keptSchema>;

/** A line of an activity's log: some text, or the seal that ends it. */
export const logLineSchema = z.looseObject({
  _id: z.union([z.string(), z.number()]).optional(),
  seal: z.boolean().optional(),
  data: z.looseObject({ message: z.string().optional() }).optional(),
});

export const meSchema = z.looseObject({ id: z.string() });
export const organisationsSchema = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), name: text, label: text })),
  _links: linksSchema,
});
export const organisationProjectsSchema = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), title: text, region: text, status: text })),
  _links: linksSchema,
});
export const accessSchema = z.looseObject({
  items: z.array(z.looseObject({ resource_id: z.string(), organization_id: text })),
  _links: linksSchema,
});
export const referencesSchema = z.record(
  z.string(),
  z.looseObject({ id: z.string(), title: text, region: text }).nullable(),
);
