import { MigrationFailedError } from '../../../src/migrator.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { type Files, migratorOn } from '../../support/migrator/migrator-on.js';
import type { TestDatabase } from '../../support/database/database.js';

/** The error of a run over these files, one of which fails. */
export async function failing(db: TestDatabase, files: Files): Promise<MigrationFailedError> {
  const { migrator } = await migratorOn(db, files);
  return failureOf(migrator.migrate(), MigrationFailedError);
}
