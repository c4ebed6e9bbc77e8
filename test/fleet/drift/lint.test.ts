import { expect, test } from '@jest/globals';
import { renderFinding } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { fleetOn, tenantsUpTo } from '../fleet-on.js';

const db = useEmptyDatabase('tenant_lint');
const SHARED = {
  '1_shared.sql': 'CREATE SCHEMA common; CREATE TABLE common.grades (id int); CREATE TABLE schools (id int);',
};
const FILES = {
  '1_a.sql':
    'CREATE TABLE a (grade int); CREATE VIEW v AS SELECT id FROM common.grades; CREATE VIEW w AS SELECT id FROM public.schools;',
  '2_b.sql': 'CREATE TABLE {{schema}}.b (limits int DEFAULT {{limit}}); CREATE TABLE s1.c (id int);',
};

const on = (more: object = {}) =>
  fleetOn(SHARED, {
    connectionString: db.connectionString,
    files: FILES,
    tenants: { list: tenantsUpTo(2).map((tenant) => ({ ...tenant, placeholders: { limit: '1' } })) },
    ...more,
  });

test('lint finds a schema that is named in a file of tenants, except for those of the shared files', async () => {
  const { files, diagnostics } = await (await on()).fleet.lint();
  expect(files).toEqual(['1_a.sql', '2_b.sql']);
  const found = diagnostics.filter(({ rule }) => rule === 'hard-coded-schema');
  expect(found.map(({ file, line, column, message }) => [file, line, column, message])).toEqual([
    ['2_b.sql', 1, 72, 'names the schema s1, although it runs once for each tenant'],
  ]);
});

test('a run that lints warns of it too', async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1');
  const { fleet, events } = await on({ lint: { onMigrate: 'warn', rules: { 'missing-if-not-exists': 'off' } } });
  await fleet.migrate({ tenants: ['t0'] });
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [renderFinding(event.finding)] : []));
  expect(warnings.filter((message) => message.includes('hard-coded-schema'))).toHaveLength(1);
});
