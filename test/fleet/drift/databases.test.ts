import { expect, test } from '@jest/globals';
import type { TenantDefinition } from '../../../src/migrator.js';
import { createTestDatabase, type TestDatabase } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { createRole } from '../../support/database/role.js';
import { fleetOn } from '../fleet-on.js';

const db = useEmptyDatabase('tenant_databases');
/** A tenant with a database of its own, which its own role migrates. */
async function tenantWithDatabase(name: string): Promise<TenantDefinition & { readonly own: TestDatabase }> {
  const role = await createRole();
  const own = await createTestDatabase(`tenant_own_${name}`);
  await own.query(`ALTER SCHEMA public OWNER TO ${role.name}; GRANT CREATE ON DATABASE ${own.name} TO ${role.name}`);
  return { name, connectionString: role.urlOf(own), own };
}

test('databases that roles of their own migrate are equal, and a change by hand is found', async () => {
  const tenants = [await tenantWithDatabase('oak'), await tenantWithDatabase('elm'), await tenantWithDatabase('ash')];
  try {
    const list = tenants.map(({ name, connectionString }) => ({ name, connectionString }));
    const files = {
      '1_a.sql': 'CREATE TABLE public.pupils (id int); CREATE VIEW public.v AS SELECT id FROM public.pupils',
    };
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
    await fleet.migrate();
    const found = async () =>
      (await fleet.drift()).tenants.map(({ isCompared, findings }) => [
        isCompared,
        ...findings.map(({ code, subject }) => `${code} ${subject}`),
      ]);
    expect(await found()).toEqual([[true], [true], [true]]);
    await tenants[1]?.own.query('ALTER TABLE public.pupils ADD COLUMN note text');
    expect(await found()).toEqual([[true], [true, 'TENANT_OBJECT_ADDED Column public.pupils.note'], [true]]);
    await fleet.close();
  } finally {
    for (const { own } of tenants) await own.drop(); // before their roles
  }
});
