import { expect, test } from '@jest/globals';
import { proveMonitors } from '../../../soak/monitors/prove-monitors.js';
import { useTestDatabase } from '../../support/server/use-test-database.js';

const database = useTestDatabase('monitors');

test('four applications alert once about one drift, even if some are killed (npm run soak -- --part monitors runs fifty)', async () => {
  const report = await proveMonitors(database.connectionString, { seed: 1, processes: 4, rounds: 1 });
  expect(report).toMatchObject({ processes: 4, rounds: 1, problems: [] });
  expect(report.kills).toBeGreaterThan(0);
}, 120_000);
