import type { Files, ObservedMigrator } from '../../support/migrator/migrator-on.js';
import type { TestDatabase } from '../../support/database/database.js';

/** Files that each add a row, so that running one twice shows. */
export const adding = (...names: string[]): Files =>
  Object.fromEntries(
    names.map((name) => [
      name,
      `DO $$ BEGIN IF to_regclass('ran') IS NULL THEN CREATE TABLE ran (n serial, file text); END IF; END $$;\n` +
        `INSERT INTO ran (file) VALUES ('${name}');`,
    ]),
  );

/** The files that added a row, in the order in which they ran. */
export const ranOn = async (db: TestDatabase): Promise<string[]> =>
  (await db.query<{ file: string }>('SELECT file FROM ran ORDER BY n')).rows.map(({ file }) => file);

/** Each migration with its state. */
export const states = async ({ migrator }: ObservedMigrator): Promise<string[]> =>
  (await migrator.status()).migrations.map(({ file, state }) => `${file} ${state}`);
