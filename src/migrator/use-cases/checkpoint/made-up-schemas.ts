import { randomBytes } from 'node:crypto';

/** Names of different lengths that occur in no file; one of them has to be quoted. */
export interface Schemas {
  readonly quoted: string;
  readonly plain: string;
}

/** New names for two tenants. */
export function madeUpSchemas(): Schemas {
  return { quoted: `Zt-${randomBytes(8).toString('hex')} of a tenant`, plain: plainSchema() };
}

/** A new name that needs no quotes. */
export function plainSchema(): string {
  return `zt_${randomBytes(8).toString('hex')}`;
}
