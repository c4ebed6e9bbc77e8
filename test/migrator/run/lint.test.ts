import { describe, expect, test } from '@jest/globals';
import { RefusedError, renderFinding } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { warned } from '../../support/migrator/findings-of.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';

const db = useEmptyDatabase('lint_run');

const files = {
  '001_index.sql': 'CREATE INDEX orders_id ON orders (id);',
  '002_drop.sql': 'ALTER TABLE orders DROP COLUMN status;',
  '003_steps.sql': '-- no-transaction\nSELECT 1;\nCREATE SCHEMA a;',
};
const createOrders = () => db.query('CREATE TABLE orders (id int, status text)');
const rules = (findings: readonly { subject: string; code: string; actual?: string | null }[]) =>
  findings.map(({ subject, code, actual }) => `${subject} ${code} ${actual}`);

describe('a run', () => {
  test('does not lint anything by default', async () => {
    await createOrders();
    const observed = await migratorOn(db, files);
    expect((await observed.migrator.migrate()).applied).toHaveLength(3);
    expect(observed.warnings()).toEqual([]);
  });

  test('warns about what lint finds, once, and continues', async () => {
    await createOrders();
    const observed = await migratorOn(db, files, { lint: 'warn' });
    expect((await observed.migrator.migrate()).applied).toHaveLength(3);
    expect(rules(warned(observed))).toEqual([
      '001_index.sql LINT_WARNING create-index-without-concurrently',
      '002_drop.sql LINT_WARNING drop-column',
    ]);
    expect(observed.warnings()[1]).toBe(
      '002_drop.sql:1:1 fails the lint rule drop-column: it drops the column status of orders, which the running release may still use. Drop it once no running release uses it, and say so: "-- allow: drop-column because …" before the statement. See "drop-column" in docs/lint.md. [LINT_WARNING]',
    );
  });

  test('is refused because of an error, before anything is executed', async () => {
    await createOrders();
    const { migrator, events } = await migratorOn(db, files, { lint: 'error' });
    const failure = await failureOf(migrator.migrate(), RefusedError);
    expect([failure.code, rules(failure.refusals)]).toEqual([
      'REFUSED',
      ['001_index.sql LINT_ERROR create-index-without-concurrently'],
    ]);
    expect(failure.refusals.map(renderFinding)).toEqual([
      expect.stringMatching(
        /^001_index\.sql:1:1 fails the lint rule create-index-without-concurrently: it builds an index on orders without CONCURRENTLY, .* \[LINT_ERROR\]$/,
      ),
    ]);
    expect(events.map(({ type }) => type)).toContain('run-refused');
    expect((await migrator.pending()).map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
  });

  test('warns of the rest if there is no error', async () => {
    await createOrders();
    const lint = { onMigrate: 'error', rules: { 'create-index-without-concurrently': 'off' } } as const;
    const observed = await migratorOn(db, files, { lint });
    await observed.migrator.migrate();
    expect(rules(warned(observed))).toEqual(['002_drop.sql LINT_WARNING drop-column']);
  });

  test('lints with a pool of one connection, and only once even if a file ends the session', async () => {
    await createOrders();
    const proxy = await startCountingProxy(db.connectionString);
    const pool = db.pool({ max: 1, connectionString: proxy.connectionString });
    const before = { '000_role.sql': `ALTER DATABASE "${db.name}" SET work_mem = '5MB';` };
    const observed = await migratorOn(db, { ...before, ...files }, { pool, lint: 'warn' });
    await observed.migrator.migrate();
    expect(warned(observed, 'LINT_WARNING')).toHaveLength(2);
    expect(proxy.messages.filter((text) => text.includes('WITH wanted'))).toHaveLength(1);
  });

  test('that has nothing to do asks nothing more', async () => {
    await createOrders();
    await (await migratorOn(db, files)).migrator.migrate();
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator } = await migratorOn(proxy, files, { lint: 'error' });
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(proxy.messages).toHaveLength(1);
  });
});
