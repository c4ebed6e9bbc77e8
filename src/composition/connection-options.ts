import type { PgConnectionConfig, PgPool } from './driver-types.js';

/** A database connection, given in exactly one of three ways. */
export interface ConnectionOptions {
  /** A PostgreSQL URL: `postgres://user:password@host:5432/database`. @default none */
  connectionString?: string | undefined;
  /** A configuration for the `pg` driver. @default none */
  connection?: PgConnectionConfig | undefined;
  /** A pool of the application. It is never ended; a client that ran a migration is destroyed. @default none */
  pool?: PgPool | undefined;
}
