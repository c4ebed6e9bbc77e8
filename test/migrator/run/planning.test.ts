import { expect, test } from '@jest/globals';
import { NO_HISTORY, type History } from '../../../src/core/history/history.js';
import { fingerprintOf, type KnownRows } from '../../../src/core/history/ordinary-rows.js';
import type { Migration } from '../../../src/core/migration/migration.js';
import { DEFAULT_POLICY } from '../../../src/core/status/policy.js';
import { RunFiles } from '../../../src/migrator/run/run-files.js';
import { Planning } from '../../../src/migrator/run/planning.js';
import { appliedRow, migrationFile, setOf } from '../../core/fixtures.js';

const FEW = [migrationFile('1_a.sql'), migrationFile('2_b.sql')];
const MANY = Array.from({ length: 60 }, (_, i) => migrationFile(`${100 + i}.sql`));

const planningOf = (migrations: readonly Migration[]): Planning => {
  const listed = { count: migrations.length, read: () => Promise.resolve(setOf(migrations)) };
  return new Planning(new RunFiles(listed), DEFAULT_POLICY, 'target');
};

/** Like a response of the server: known rows are not sent. */
const applied = (migrations: readonly Migration[]) => ({
  read: async (known?: KnownRows): Promise<History> => {
    const ordinary = { count: migrations.length, fingerprint: fingerprintOf(migrations), others: [] };
    return { rows: (await known?.(ordinary)) ?? migrations.map((each) => appliedRow(each)) };
  },
});

test.each([
  ['few', FEW],
  ['many', MANY],
])('a history of %s files that has not changed is planned once', async (_, migrations) => {
  const planning = planningOf(migrations);
  const first = await planning.read(applied(migrations.slice(0, -1)));
  expect(first.plan.toRun.map(({ file }) => file)).toEqual([migrations.at(-1)?.file]);
  expect(await planning.read(applied(migrations.slice(0, -1)))).toBe(first);
});

test.each([
  ['few', FEW],
  ['many', MANY],
])('what another process did to a history of %s files is planned anew', async (_, migrations) => {
  const planning = planningOf(migrations);
  const none = await planning.read({ read: () => Promise.resolve(NO_HISTORY) });
  expect(none).toMatchObject({ applied: [], plan: { toRun: migrations.map(({ file }) => ({ file })) } });
  const failed = migrations.map((each, i) =>
    i === 0 ? appliedRow(each, { state: 'failed', error: 'x' }) : appliedRow(each),
  );
  const one = await planning.read({ read: () => Promise.resolve({ rows: failed }) });
  expect(one.plan.toRun.map(({ file }) => file)).toEqual([migrations[0]?.file]);
  const all = await planning.read(applied(migrations));
  expect(all.plan.toRun).toEqual([]);
  expect(all.applied).toEqual(migrations.map(({ file }) => file));
});
