import type { MigrationFile } from './migration-file.js';

/** Everything that the files create is in this schema, so that a fingerprint leaves the tools' own tables out. */
export const SCHEMA = 'app';

/** The given number of files with one statement each; the first also creates the schema. */
export function smallFiles(count: number): MigrationFile[] {
  return Array.from({ length: count }, (_, i) => smallFile(i + 1));
}

export function smallFile(number: number): MigrationFile {
  const schema = number === 1 ? `CREATE SCHEMA ${SCHEMA};\n` : '';
  const sql = `-- Settings of customer ${number}.
${schema}CREATE TABLE ${SCHEMA}.settings_${number} (
  name text PRIMARY KEY,
  value text NOT NULL
);
`;
  return { number, label: `settings_${number}`, sql };
}
