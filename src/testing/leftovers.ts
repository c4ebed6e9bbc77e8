import { quoteIdentifier, quoteLiteral } from '../core/sql/text/quote.js';
import { OWNER_PREFIX, type Server } from './server.js';

/** Followed by 32 hexadecimal digits. */
export const TEMPLATE_PREFIX = 'nestjs_pg_migrations_template_';
/** Followed by the owner, 12 hexadecimal digits, and a number. */
export const TEST_PREFIX = 'nestjs_pg_migrations_test_';

/** The whole name, so that no database of anybody else is ever taken for one of ours. */
const TEMPLATE_NAME = `^${TEMPLATE_PREFIX}[0-9a-f]{32}$`;
const TEST_NAME = `^${TEST_PREFIX}([0-9a-f]{12})_[0-9]+$`;

/** How long a database is kept that a failed test has left for a person to look at. */
const KEEP_FOR_DAYS = 1;

/** Writes the time into the comment of a database: when it was last used, or since when it is kept. */
export async function stampDatabase(server: Server, name: string): Promise<void> {
  await server.query(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS ${quoteLiteral(new Date().toISOString())}`);
}

/**
 * Drops what nobody will drop any more: databases of processes that have died, kept ones after a day, and templates that
 * were not used for some time. What another role owns is left alone.
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
  // Two processes may clear up at once: whoever is second finds nothing, or a template that is being copied after all.
  for (const { name } of rows) await server.dropDatabase(name).catch(() => {});
}

/** Whether the stamp is one of ours and that old. */
function isOlder(days: number): string {
  return `coalesce(CASE WHEN c.stamp ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T' THEN c.stamp::timestamptz END < clock_timestamp() - interval '${days} days', false)`;
}
