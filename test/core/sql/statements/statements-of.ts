import type { ParsedStatement } from '../../../../src/core/sql/statements/statements.js';
import { parseStatements } from '../../../../src/postgres/parser/parse-sql.js';

/** The statements of a text that PostgreSQL's own parser must be able to read. */
export async function statementsOf(sql: string): Promise<readonly ParsedStatement[]> {
  const statements = await parseStatements(sql);
  if (!statements) throw new Error(`PostgreSQL's parser rejects ${sql}`);
  return statements;
}

export async function statementOf(sql: string): Promise<ParsedStatement> {
  const [statement, ...others] = await statementsOf(sql);
  if (!statement || others.length > 0) throw new Error(`not one statement: ${sql}`);
  return statement;
}
