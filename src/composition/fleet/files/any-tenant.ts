import { MAIN_DATABASE, type Tenant } from '../../../core/tenants/tenant.js';

/** Stands for the schema of any tenant: whatever else a file names is hard-coded. */
export const ANY_SCHEMA = 'schema_of_the_tenant';

/** Stands for tenants as long as nobody is listed. */
export const ANY_TENANT: Tenant = {
  name: 'tenant',
  schema: ANY_SCHEMA,
  group: undefined,
  placeholders: {},
  place: { database: MAIN_DATABASE, server: '' },
};
