import { randomBytes } from 'node:crypto';
import { quoteIdentifier, quoteLiteral } from '../../../core/sql/text/quote.js';
import type { PgConnection } from '../../connection/pg-connection.js';

/** Followed by 12 hexadecimal digits, which are also in the name of the session that created the database. */
const DATABASE_PREFIX = 'nestjs_pg_migrations_verify_';
const SESSION_PREFIX = 'nestjs-pg-migrations/verify ';

/** A new scratch database and the session that owns it. */
export interface ScratchNames {
  readonly database: string;
  /** The `application_name` of the session for as long as the database is used. */
  readonly session: string;
}

/** Names that no other process uses. */
export function newScratchNames(): ScratchNames {
  const id = randomBytes(6).toString('hex');
  return { database: DATABASE_PREFIX + id, session: SESSION_PREFIX + id };
}

/**
 * Drops scratch databases of processes that were killed: those without the session that created them. A database
 * of another role, or one to which somebody is connected, is left alone. Never rejects.
 */
export async function dropLeftovers(connection: PgConnection): Promise<void> {
  const name = `${quoteLiteral(`^${DATABASE_PREFIX}([0-9a-f]{12})$`)}::pg_catalog.text`;
  const leftovers =
    `SELECT d.datname AS name FROM pg_catalog.pg_database d WHERE d.datname ~ ${name} ` +
    `AND pg_catalog.pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a ` +
    `WHERE a.datname = d.datname OR a.application_name = ${quoteLiteral(SESSION_PREFIX)} || substring(d.datname FROM ${name}))`;
  const { results } = await connection.queryAll(leftovers);
  for (const { name: database } of results.at(-1) ?? [])
    await connection.run(`DROP DATABASE IF EXISTS ${quoteIdentifier(database ?? '')}`);
}
