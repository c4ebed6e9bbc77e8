import { expect, test } from '@jest/globals';
import { proveWorkers } from '../../soak/tenants/prove-workers.js';
import { TENANTS_SETTINGS } from '../../soak/tenants/with-schools.js';
import { startPrivateServer } from '../support/server/private-server.js';

test('each of 30 tenants of a rollout gets its files once even though workers and the server are killed (npm run soak -- --part workers has 500)', async () => {
  const server = await startPrivateServer(TENANTS_SETTINGS);
  const report = await proveWorkers(server, { seed: 1, tenants: 30, processes: 2, kills: 2 });
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ tenants: 30, processes: 2, kills: 2 });
}, 180_000);
