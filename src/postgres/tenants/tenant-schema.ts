import { quoteBody, quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import type { Target } from '../../core/target/target.js';
import { actingAs } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';

/** Creates a schema, if there is none. @throws MigrationError */
export async function createSchema(connection: PgConnection, schema: string, { role }: Target): Promise<void> {
  const script = asScript(['BEGIN', ...actingAs(role), createSchemaSql(schema), 'COMMIT']);
  const { error } = await connection.run(script);
  if (error) throw queryError(`creating the schema ${schema}`, error);
}

/** `CREATE SCHEMA IF NOT EXISTS` would need the CREATE privilege, and send a notice, even if the schema exists. */
export function createSchemaSql(schema: string): string {
  const name = quoteLiteral(quoteIdentifier(schema));
  const create = quoteLiteral(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
  return `DO ${quoteBody(`BEGIN IF pg_catalog.to_regnamespace(${name}) IS NULL THEN EXECUTE ${create}; END IF; END`)}`;
}
