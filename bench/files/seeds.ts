import type { MigrationFile } from './migration-file.js';
import { SCHEMA } from './small.js';

/** The given number of files with one cheap statement each, for directories that only have to be there and applied. */
export function seedFiles(count: number): MigrationFile[] {
  return Array.from({ length: count }, (_, i) => ({ number: i + 1, label: `seed_${i + 1}`, sql: seed(i + 1) }));
}

function seed(number: number): string {
  const table = `CREATE SCHEMA ${SCHEMA};\nCREATE TABLE ${SCHEMA}.seeds (number integer PRIMARY KEY, name text NOT NULL);\n`;
  return `-- Seed ${number}: what the application expects to find at its start, and cannot create by itself.
-- Later files may change the row; this one only makes sure that it is there.
${number === 1 ? table : ''}INSERT INTO ${SCHEMA}.seeds (number, name)
VALUES (${number}, 'The name of the row with the number ${number}; it is not shown to users')
ON CONFLICT (number) DO NOTHING;
`;
}
