/**
 * Inject it into providers that query the database in their constructor or factory: it resolves once the migrations of
 * the bootstrap are through, with what they did ({@link MigrationsReady}).
 */
export const MIGRATIONS_READY: unique symbol = Symbol('nestjs-pg-migrations: ready');

/** Options with every default filled in. */
export const RESOLVED_OPTIONS: unique symbol = Symbol('nestjs-pg-migrations: resolved options');

/** Name of the instance; empty for the one without. */
export const INSTANCE_NAME: unique symbol = Symbol('nestjs-pg-migrations: name');
