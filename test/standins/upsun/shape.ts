/** Words for the schemas of an OpenAPI 3.0 document. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const whole: Schema = { type: 'integer' };
export const float: Schema = { type: 'number', format: 'float' };
export const anything: Schema = { type: 'object' };

export const formatted = (format: string): Schema => ({ type: 'string', format });
/** RFC 3339. */
export const moment = formatted('date-time');

export const orNull = (schema: Schema): Schema => {
  const values = schema['enum'];
  // Without it among the values, null is refused in spite of `nullable`.
  return {
    ...schema,
    nullable: true,
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  };
};
export const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

type Properties = Readonly<Record<string, Schema>>;

/** Whatever else comes is taken too. */
export const open = (required: Properties, optional: Properties = {}): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  ...(Object.keys(required).length > 0 ? { required: Object.keys(required) } : {}),
});

export const closed = (required: Properties, optional: Properties = {}): Schema => ({
  ...open(required, optional),
  additionalProperties: false,
});

/** Marks what the vendor's description does not have: known from its own clients and documentation. */
export const BEYOND = 'x-beyond-vendor';
export const beyond = (schema: Schema): Schema => ({ ...schema, [BEYOND]: true });

const link = open({ href: text });

/** A resource as it is answered: HAL's links go with it, about which the vendor's description is silent. */
export const withLinks = (schema: Schema, more: Properties = {}): Schema => ({
  ...schema,
  properties: {
    ...(schema['properties'] as Properties),
    _links: beyond(map(link)),
    ...more,
  },
});
