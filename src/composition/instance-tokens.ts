/**
 * Tokens that identify an instance of `MigrationsModule`, even if the reader has its own copy of this library,
 * as the command line does.
 */

/** The module's options, as the application gave them. */
export const GIVEN_OPTIONS: unique symbol = Symbol.for('nestjs-pg-migrations: options');

/** The list of tenants, if it comes from providers: a function that returns the tenants; otherwise undefined. */
export const TENANT_LIST: unique symbol = Symbol.for('nestjs-pg-migrations: tenant list');

/** The name of the instance; empty if it has none. */
export const INSTANCE_NAME: unique symbol = Symbol.for('nestjs-pg-migrations: name');
