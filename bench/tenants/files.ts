import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationFile } from '../files/migration-file.js';
import { realisticFiles } from '../files/realistic.js';
import { SCHEMA, smallFile, smallFiles } from '../files/small.js';

/** The files of the first run: one area of an application. */
export const FIRST_FILES: readonly MigrationFile[] = realisticFiles(8).map(unqualified);
/** A table that they create. */
export const FIRST_TABLE = 'customers';

/** A new file with one table. */
export function newFile(number: number): MigrationFile {
  return unqualified(smallFile(number));
}

/** The table that it creates. */
export function tableOf(number: number): string {
  return `settings_${number}`;
}

/** The given number of files with one table each. */
export function manyFiles(count: number): MigrationFile[] {
  return smallFiles(count).map(unqualified);
}

export function writeTenantFiles(directory: string, files: readonly MigrationFile[]): void {
  for (const { number, label, sql } of files)
    writeFileSync(join(directory, `${String(number).padStart(4, '0')}_${label}.sql`), sql);
}

/** Tenants' files name no schema: the search path decides. */
function unqualified({ sql, ...file }: MigrationFile): MigrationFile {
  return { ...file, sql: sql.replace(`CREATE SCHEMA ${SCHEMA};\n`, '').replaceAll(`${SCHEMA}.`, '') };
}
