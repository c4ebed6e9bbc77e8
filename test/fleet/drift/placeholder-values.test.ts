import { expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { fleetOn, tenantsUpTo } from '../fleet-on.js';

const db = useEmptyDatabase('drift_values');
const files = {
  '1_a.sql': `CREATE TABLE a (pause interval DEFAULT '{{pause}}', share numeric DEFAULT {{share}});
    DO $$ BEGIN IF '{{audited}}' = 'yes' THEN CREATE TABLE log (id int); END IF; END $$;`,
};
const VALUES = [
  { pause: '90 min', share: '007', audited: 'yes' },
  { pause: '2 weeks', share: '1e3', audited: 'no' },
];

test('the server rewrites values of placeholders, and they decide what exists, so tenants with different values are not compared', async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1');
  const list = tenantsUpTo(2).map((tenant, i) => ({ ...tenant, placeholders: VALUES[i] }));
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
  await fleet.migrate();
  const { rows } = await db.query<{ value: string }>(
    `SELECT pg_get_expr(adbin, adrelid) AS value FROM pg_attrdef WHERE adrelid IN ('s0.a'::regclass, 's1.a'::regclass) ORDER BY adrelid::regclass::text, adnum`,
  );
  expect(rows.map(({ value }) => value)).toEqual([
    "'01:30:00'::interval",
    '7',
    "'14 days'::interval",
    "'1000'::numeric",
  ]);
  expect((await db.query(`SELECT schemaname FROM pg_tables WHERE tablename = 'log'`)).rows).toEqual([
    { schemaname: 's0' },
  ]);
  const { findings, tenants } = await fleet.drift();
  expect(findings.map(({ code }) => code)).toEqual(['TENANTS_NOT_COMPARED']);
  expect(tenants.map(({ isCompared, findings: own }) => [isCompared, own])).toEqual([
    [false, []],
    [false, []],
  ]);
});
