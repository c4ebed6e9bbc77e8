import { quoteIdentifier } from '../../core/sql/text/quote.js';
import type { Target } from '../../core/target/target.js';
import { createSchemaSql } from '../tenants/tenant-schema.js';
import { actingAs, actingAsInSession } from '../connection/acting-role.js';

/** Statements that set the target's role and `search_path` for the rest of a transaction. */
export function asTarget({ role, searchPath, createsSchema, table, tenant }: Target): string[] {
  return [
    ...actingAs(role),
    ...(createsSchema && tenant ? [createSchemaSql(table, tenant)] : []),
    ...(searchPath ? [`SET LOCAL search_path = ${names(searchPath)}`] : []),
  ];
}

/** Like {@link asTarget}, for the rest of a session of our own. */
export function asTargetInSession({ role, searchPath }: Target): string[] {
  return [...actingAsInSession(role), ...(searchPath ? [`SET search_path = ${names(searchPath)}`] : [])];
}

function names(searchPath: readonly string[]): string {
  return searchPath.length === 0 ? "''" : searchPath.map(quoteIdentifier).join(', ');
}
