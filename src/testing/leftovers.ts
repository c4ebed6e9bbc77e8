import { quoteIdentifier, quoteLiteral } from '../core/sql/text/quote.js';
import { OWNER_PREFIX, type Server } from './server.js';

/** Followed by 32 hexadecimal digits. */
export const TEMPLATE_PREFIX = 'nestjs_pg_migrations_template_';
/** Followed by the owner, 12 hexadecimal digits, and a number. */
export const TEST_PREFIX = 'nestjs_pg_migrations_test_';

/** Matches the full name, so that no other database is ever taken for one of ours. */
const TEMPLATE_NAME = `^${TEMPLATE_PREFIX}[0-9a-f]{32}$`;
const TEST_NAME = `^${TEST_PREFIX}([0-9a-f]{12})_[0-9]+$`;

/** How long the database of a failed test is kept for inspection. */
const KEEP_FOR_DAYS = 1;

/** Stores the current time in the comment of a database: when it was last used, or since when it has been kept. */
export async function stampDatabase(server: Server, name: string): Promise<void> {
  await server.query(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS ${quoteLiteral(new Date().toISOString())}`);
}

/**
 * Drops leftovers: databases of processes that have died, kept databases after a day, and templates that
 * have not been used for some time. Databases owned by another role are left alone.
 */
export async function dropLeftovers(server: Server, keepTemplatesForDays: number): Promise<void> {
  const rows = await server.query<{ name: string }>(`
    SELECT d.datname AS name
    FROM pg_catalog.pg_database d
    CROSS JOIN LATERAL (SELECT pg_catalog.shobj_description(d.oid, 'pg_database') AS stamp) c
    WHERE pg_catalog.pg_has_role(d.datdba, 'USAGE') AND CASE
      WHEN d.datname ~ ${quoteLiteral(TEMPLATE_NAME)} THEN ${isOlder(keepTemplatesForDays)}
      WHEN d.datname ~ ${quoteLiteral(TEST_NAME)} THEN ${isOlder(KEEP_FOR_DAYS)} OR (c.stamp IS NULL AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_stat_activity a
          WHERE a.application_name = ${quoteLiteral(OWNER_PREFIX)} || substring(d.datname from ${quoteLiteral(TEST_NAME)})))
      ELSE false
    END`);
  // Two processes may clean up at once: the second finds no database, or a template that is being copied after all.
  for (const { name } of rows) await server.dropDatabase(name).catch(() => {});
}

/** Whether the comment is one of our timestamps and older than this. */
function isOlder(days: number): string {
  return `coalesce(CASE WHEN c.stamp ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T' THEN c.stamp::timestamptz END < clock_timestamp() - interval '${days} days', false)`;
}
