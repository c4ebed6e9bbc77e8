/**
 * Inject this token into providers that query the database in their constructor or factory. They are created after the
 * migrations of the bootstrap have finished, and get the result ({@link MigrationsReady}).
 */
export const MIGRATIONS_READY: unique symbol = Symbol('nestjs-pg-migrations: ready');

/** The module's options with every default filled in. */
export const RESOLVED_OPTIONS: unique symbol = Symbol('nestjs-pg-migrations: resolved options');

/** A label that distinguishes instances: followed by a colon and the name of the instance, if it has one. */
export function labelOf(label: string, name: string): string {
  return name === '' ? label : `${label}:${name}`;
}
