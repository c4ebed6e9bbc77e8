import { expect, test } from '@jest/globals';
import { proveTenants } from '../../soak/tenants/prove-tenants.js';
import { TENANTS_SETTINGS } from '../../soak/tenants/with-schools.js';
import { startPrivateServer } from '../support/server/private-server.js';

test('each of 30 tenants gets its files once although processes and the server are killed (npm run soak -- --part tenants has 500)', async () => {
  const server = await startPrivateServer(TENANTS_SETTINGS);
  const report = await proveTenants(server, { seed: 1, tenants: 30, processes: 2, kills: 2 });
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ tenants: 30, processes: 2, kills: 2 });
}, 180_000);
