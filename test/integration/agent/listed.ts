import * as z from 'zod';

/** What the tests of the agent ask of the list of backups. */
export const listed = z.object({
  backups: z.array(
    z.object({
      manifest: z.object({
        cluster: z.string(),
        origin: z.object({ kind: z.string(), schedule: z.string().optional() }),
      }),
    }),
  ),
});
