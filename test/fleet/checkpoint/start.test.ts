import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { writeFiles } from '../../support/files/write-files.js';
import { fleetOn, inBrief, type ObservedFleet } from '../fleet-on.js';

const db = useEmptyDatabase('fleet_checkpoint');

const OLD = {
  '1_a.sql': 'CREATE TABLE a (id int);',
  '2_b.sql': 'CREATE INDEX CONCURRENTLY i ON {{schema}}.a (id);',
};
const CHECKPOINT = {
  '2_checkpoint.sql': checkpointOf(OLD, 'CREATE TABLE {{schema}}.a (id int);\nCREATE INDEX i ON {{schema}}.a (id);'),
};
const NEW = { '3_c.sql': 'CREATE TABLE c (id int);' };

test('new tenants start at a checkpoint, all others run their files, and both stay alike when old files go', async () => {
  const tenants = [
    { name: 'old', schema: 's_old' },
    { name: 'middle', schema: 's_middle' },
    { name: 'new', schema: 's_new' },
  ];
  await db.query('CREATE SCHEMA s_old; CREATE SCHEMA s_middle; CREATE SCHEMA s_new');
  const { connectionString } = db;
  const before = await fleetOn({}, { connectionString, files: OLD, tenants: { list: tenants.slice(0, 1) } });
  await before.fleet.migrate();
  const first = { '1_a.sql': OLD['1_a.sql'] };
  const meanwhile = await fleetOn({}, { connectionString, files: first, tenants: { list: tenants.slice(1, 2) } });
  await meanwhile.fleet.migrate();
  const files = { ...OLD, ...CHECKPOINT, ...NEW };
  const { fleet, directory } = await fleetOn({}, { connectionString, files, tenants: { list: tenants } });
  expect((await fleet.status()).tenants.map(({ tenant, pending }) => [tenant, ...pending])).toEqual([
    ['old', '3_c.sql'],
    ['middle', '2_b.sql', '3_c.sql'],
    ['new', '2_checkpoint.sql', '3_c.sql'],
  ]);
  expect(inBrief(await fleet.migrate())).toEqual([
    'old applied 3_c.sql',
    'middle applied 2_b.sql 3_c.sql',
    'new applied 2_checkpoint.sql 3_c.sql',
  ]);
  const later = { name: 'later', schema: 's_later' };
  expect((await fleet.provision(later)).applied).toEqual(['2_checkpoint.sql', '3_c.sql']);
  for (const file of Object.keys(OLD)) await rm(join(directory, file));
  await writeFiles(directory, { '4_d.sql': 'SELECT 1;' });
  expect(inBrief(await fleet.migrate())).toEqual(['old', 'middle', 'new'].map((name) => `${name} applied 4_d.sql`));
  const { tenants: standings } = await fleet.status();
  expect(standings.map(({ state, findings }) => [state, findings])).toEqual(standings.map(() => ['current', []]));
  // A new tenant is compared with those that ran the files, even if nothing but its rows tells where it started.
  expect(await comparisons(fleet)).toEqual(tenants.map(({ name }) => [name, true, []]));
  await rm(join(directory, '2_checkpoint.sql'));
  await writeFiles(directory, OLD);
  await db.query('CREATE TABLE s_new.extra (id int)');
  expect(await comparisons(fleet)).toEqual([
    ['old', true, []],
    ['middle', true, []],
    ['new', true, ['TENANT_OBJECT_ADDED']],
  ]);
  const { rows } = await db.query(
    "SELECT count(*)::int AS rows FROM shared.schema_migrations_tenants WHERE tenant = 'new' AND origin = 'checkpoint'",
  );
  expect(rows).toEqual([{ rows: 3 }]); // its own row too
});

async function comparisons(fleet: ObservedFleet['fleet']): Promise<unknown[]> {
  const { tenants } = await fleet.drift();
  return tenants.map(({ tenant, isCompared, findings }) => [tenant, isCompared, findings.map(({ code }) => code)]);
}
