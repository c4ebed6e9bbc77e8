import type { TestDatabase } from '../../../support/database/database.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { nameOf, useRoles } from '../../../postgres/history/roles.js';

type Options = NonNullable<Parameters<typeof migratorOn>[2]> & { readonly mayCreate?: boolean };

/** Migrators of roles made for a test, whose names begin with that of the database. */
export function useOwnedMigrators(db: TestDatabase) {
  const roleWith = useRoles(db);

  /** A migrator for a role that may create schemas and, unless a test says otherwise, databases. */
  async function ownedMigrator(
    files: Record<string, string>,
    { mayCreate = true, ...options }: Options = {},
  ): Promise<ObservedMigrator & { url: string }> {
    const url = await roleWith(`GRANT CREATE ON DATABASE "${db.name}" TO`, 'GRANT ALL ON SCHEMA public TO');
    if (mayCreate) await db.query(`ALTER ROLE "${nameOf(url)}" CREATEDB`);
    return { ...(await migratorOn({ connectionString: url }, files, { catalog: false, ...options })), url };
  }

  /** Scratch databases of these roles. */
  async function scratchDatabases(): Promise<string[]> {
    const { rows } = await db.query<{ datname: string }>(
      `SELECT datname FROM pg_database WHERE datname ~ '^nestjs_pg_migrations_verify_' AND starts_with(pg_get_userbyid(datdba), '${db.name}')`,
    );
    return rows.map(({ datname }) => datname);
  }

  return { roleWith, ownedMigrator, scratchDatabases };
}
