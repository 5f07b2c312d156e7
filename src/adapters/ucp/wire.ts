import * as z from 'zod';

/* What we read of an engine's answers about containers (moby api/swagger.yaml). */

/** Go writes what is not set as null, or leaves it out: both are undefined here. */
const given = <T>(value: T): NonNullable<T> | undefined => value ?? undefined;
const text = z.string();
const optionalText = text.nullish().transform(given);
const labels = z.record(text, text).nullish().transform(given);

/** A container of a list. */
export const listedSchema = z.array(
  z.looseObject({
    Id: text,
    Names: z.array(text).nullish().transform(given),
    Image: optionalText,
    State: optionalText,
    /** "Up 3 hours (healthy)". */
    Status: optionalText,
    Labels: labels,
  }),
);
export type ListedContainer = z.infer<typeof listedSchema>[number];

/** A container, looked at. */
export const containerSchema = z.looseObject({
  Id: text,
  Name: optionalText,
  Created: optionalText,
  Config: z.looseObject({
    Image: optionalText,
    Cmd: z.array(text).nullish().transform(given),
    Labels: labels,
  }),
  State: z.looseObject({
    Status: optionalText,
    Running: z.boolean().nullish().transform(given),
    StartedAt: optionalText,
  }),
});
export type InspectedContainer = z.infer<typeof containerSchema>;

export const exitSchema = z.looseObject({
  StatusCode: z.number(),
  Error: z.looseObject({ Message: optionalText }).nullish().transform(given),
});

/** What `/info` says of how an engine is secured: `name=selinux`, `name=seccomp,profile=default`. */
export const securitySchema = z.looseObject({
  SecurityOptions: z.array(text).nullish().transform(given),
});

/** The name without its slash. */
export function nameOf({ Names }: ListedContainer): string {
  return (Names?.find((name) => name.lastIndexOf('/') === 0) ?? '').slice(1);
}
