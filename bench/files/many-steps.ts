import type { MigrationFile } from './migration-file.js';
import { SCHEMA } from './small.js';

/** One non-transactional migration of 10,001 statements, and one for its schema before it. */
export function manySteps(): MigrationFile[] {
  const inserts = Array.from(
    { length: 10_000 },
    (_, i) => `INSERT INTO ${SCHEMA}.many VALUES (${i}, 'the text of row ${i}');`,
  );
  const sql = ['-- no-transaction', `CREATE TABLE ${SCHEMA}.many (id int, text text);`, ...inserts].join('\n');
  return [
    { number: 1, label: 'schema', sql: `CREATE SCHEMA ${SCHEMA};\n` },
    { number: 2, label: 'many_steps', sql },
  ];
}
