import { randomUUID } from 'node:crypto';
import { quoteBody, quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { HistoryScope, type TenantScope } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { auditChangeSql } from '../companions/audit.js';
import { nameOfCompanion } from '../companions/tables.js';
import { actingAs } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';

/** Creates the schema of a tenant, if there is none. @param history of the shared files @throws MigrationError */
export async function createSchema(
  connection: PgConnection,
  history: TableName,
  tenant: TenantScope,
  role: string | undefined,
): Promise<void> {
  const create = createSchemaSql(history, tenant, 'EXCEPTION WHEN duplicate_schema OR unique_violation THEN NULL; ');
  const script = asScript(['BEGIN', ...actingAs(role), create, 'COMMIT']);
  const { error } = await connection.run(script);
  if (error) throw queryError(`creating the schema ${tenant.schema}`, error);
}

/**
 * `CREATE SCHEMA IF NOT EXISTS` would need the CREATE privilege, and send a notice, even if the schema exists. The entry
 * in the audit comes first: the DDL audit recognizes the command by it.
 *
 * @param onRace what to do if another session creates it at the same time. @default an error
 */
export function createSchemaSql(history: TableName, tenant: TenantScope, onRace = ''): string {
  const name = quoteIdentifier(tenant.schema);
  return `DO ${quoteBody(
    `BEGIN IF pg_catalog.to_regnamespace(${quoteLiteral(name)}) IS NULL THEN ` +
      `IF ${mayWriteAudit(history)} THEN EXECUTE ${quoteLiteral(provisionSql(history, tenant))}; END IF; ` +
      `EXECUTE ${quoteLiteral(`CREATE SCHEMA ${name}`)}; END IF; ${onRace}END`,
  )}`;
}

function provisionSql(history: TableName, tenant: TenantScope): string {
  const entry = { action: 'provision', files: [], details: { schema: tenant.schema } } as const;
  return auditChangeSql(new HistoryScope(history, tenant), randomUUID(), entry);
}

/** The table may not exist yet; looking for it needs the privilege to use its schema. */
function mayWriteAudit(history: TableName): string {
  const schema = quoteLiteral(quoteIdentifier(history.schema));
  const table = quoteLiteral(qualifiedName(nameOfCompanion(history, 'audit')));
  return (
    `(CASE WHEN pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace(${schema})::pg_catalog.oid, 'USAGE') ` +
    `THEN pg_catalog.has_table_privilege(pg_catalog.to_regclass(${table})::pg_catalog.oid, 'INSERT') END)`
  );
}
