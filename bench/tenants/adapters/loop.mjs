import { importOurs } from './import-ours.mjs';

/** The loop that everyone writes: one `migrate()` for each tenant, each with its own history. */
export async function load() {
  const { makeMigrator } = await importOurs();
  return async ({ connectionString, directory, tenants }) => {
    for (const { schema, connectionString: own = connectionString } of tenants) {
      const target = schema === undefined ? {} : { table: `${schema}.schema_migrations`, searchPath: [schema] };
      const migrator = makeMigrator({ connectionString: own, directory, catalog: false, ...target });
      await migrator.migrate();
      await migrator.close();
    }
  };
}
