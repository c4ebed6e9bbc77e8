import { describe, expect, test } from '@jest/globals';
import { configurationText } from '../../src/core/problems/configuration-problem.js';
import { ConfigurationError, RefusedError } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { fleetOn, type ObservedFleet } from './fleet-on.js';

const db = useEmptyDatabase('one_tenant');
const files = { '1_a.sql': 'CREATE TABLE a (id int);' };
const list = [
  { name: 'elm', schema: 'elm' },
  { name: 'oak', schema: 'oak' },
];
const on = (history: 'shared' | 'per-tenant'): Promise<ObservedFleet> =>
  fleetOn({}, { connectionString: db.connectionString, files, tenants: { list, history } });
const hasSchema = async (name: string): Promise<boolean> =>
  (await db.query('SELECT FROM pg_namespace WHERE nspname = $1', [name])).rowCount === 1;

describe('the migrator of one tenant', () => {
  test.each(['shared', 'per-tenant'] as const)(
    'does not create a missing schema with a %s history',
    async (history) => {
      const { fleet } = await on(history);
      const migrator = await fleet.tenant('elm');
      const attempts = [
        migrator.migrate(),
        migrator.rehearse(),
        migrator.validate(),
        migrator.mark('1_a.sql'),
        migrator.baseline('1'),
      ];
      for (const attempt of attempts) {
        const { refusals } = await failureOf(attempt, RefusedError);
        expect(refusals).toMatchObject([{ code: 'TENANT_SCHEMA_MISSING', subject: 'Tenant elm' }]);
      }
      expect(await migrator.plan()).toMatchObject({ migrations: [], refusals: [{ code: 'TENANT_SCHEMA_MISSING' }] });
      expect(await hasSchema('elm')).toBe(false);
    },
  );

  test('checks again each time', async () => {
    const { fleet } = await on('per-tenant');
    const migrator = await fleet.tenant('elm');
    await failureOf(migrator.migrate(), RefusedError);
    await db.query('CREATE SCHEMA elm');
    expect((await migrator.migrate()).applied).toEqual(['1_a.sql']);
    expect((await migrator.plan()).refusals).toEqual([]);
  });

  test('does not run on the data of another tenant or of an earlier schema', async () => {
    await db.query('CREATE SCHEMA elm');
    const { fleet } = await on('shared');
    await fleet.migrate({ tenants: ['elm'] });
    await db.query(
      'ALTER SCHEMA elm RENAME TO before; CREATE SCHEMA elm; ALTER TABLE before.a SET SCHEMA elm; DROP SCHEMA before',
    );
    const error = await failureOf((await fleet.tenant('elm')).migrate(), RefusedError);
    expect(error.refusals).toMatchObject([{ code: 'TENANT_SCHEMA_REPLACED' }]);
  });
});

describe('the health of the fleet', () => {
  test('counts tenants by state, and is down if more than tolerated are not current', async () => {
    await db.query('CREATE SCHEMA elm');
    const { fleet } = await on('shared');
    await fleet.migrate({ tenants: ['elm'] });
    const message = '1 of 2 tenants current, 1 without a schema';
    expect(await fleet.health()).toMatchObject({ up: false, message, counts: { current: 1, missing: 1 } });
    expect((await fleet.health({ tolerated: 1 })).up).toBe(true);
    expect((await fleet.health({ tenants: ['elm'] })).up).toBe(true);
    const { problems } = await failureOf(fleet.health({ tolerated: -1 }), ConfigurationError);
    expect(problems.map(configurationText)).toEqual([
      'tolerated: -1 is neither a number of tenants nor a share such as "1%"',
    ]);
  });
});
