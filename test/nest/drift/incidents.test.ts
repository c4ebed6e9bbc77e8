import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigratorOptions } from '../../../src/index.js';
import type { IncidentReport } from '../../../src/core/status/incidents.js';
import { uncheckedCodes } from '../../../src/core/catalog/unchecked.js';
import { IncidentTracker } from '../../../src/nest/drift/incident-tracker.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { useRoles } from '../../postgres/history/roles.js';

const db = useEmptyDatabase('incidents');
afterEach(() => expectNoLeftovers(db));
const newRole = useRoles(db);

const DAY = 86_400_000;
const FILES = { '1.sql': 'SELECT 1;\n', '2.sql': 'SELECT 2;\n' };

/** A migrations directory in which these files have been applied. */
async function applied(): Promise<{ directory: string; edit: (file: string, text: string) => Promise<void> }> {
  const { migrator, directory } = await migratorOn(db, FILES);
  await migrator.migrate();
  return { directory, edit: (file, text) => writeFile(join(directory, file), text) };
}

interface Monitor {
  /** Does one check. */
  readonly check: () => Promise<IncidentReport>;
  readonly confirm: () => Promise<void>;
  /** What was said about checking alone. */
  readonly said: string[];
}

/** A process that checks this directory. */
async function monitorOf(directory: string, options: MigratorOptions = {}, reminderMs = DAY): Promise<Monitor> {
  const { migrator } = await migratorOn(db, directory, options);
  const said: string[] = [];
  const tracker = new IncidentTracker(migrator.incidents, reminderMs, () => said.push('alone'));
  return {
    check: async () => {
      const findings = await migrator.drift();
      const unchecked: readonly string[] = uncheckedCodes(findings);
      return tracker.report(findings, ({ code }) => unchecked.includes(code));
    },
    confirm: () => tracker.confirm(),
    said,
  };
}

const opened = (reports: readonly IncidentReport[]): string[] =>
  reports.flatMap((report) => report.opened.map(({ code, subject }) => `${code} ${subject}`));
const age = (interval: string): Promise<unknown> =>
  db.query(
    `UPDATE shared.schema_migrations_incidents SET alerted_at = alerted_at - interval '${interval}', last_seen_at = last_seen_at - interval '${interval}', opened_at = opened_at - interval '${interval}'`,
  );

const checkAll = (monitors: readonly Monitor[]): Promise<IncidentReport[]> =>
  Promise.all(monitors.map(({ check }) => check()));

describe('an incident', () => {
  test('is reported by one of fifty processes, even after all of them are killed and restarted', async () => {
    const { directory, edit } = await applied();
    const pool = db.pool({ max: 10 });
    const fifty = (): Promise<Monitor[]> =>
      Promise.all(Array.from({ length: 50 }, () => monitorOf(directory, { pool })));
    await edit('1.sql', 'SELECT 100;\n');
    const first = await fifty();
    expect(opened(await checkAll(first))).toEqual(['CHANGED 1.sql']);
    expect(opened(await checkAll(first))).toEqual([]);
    // Killed: nothing of what they remember is left, and the alert was not confirmed.
    const second = await fifty();
    expect(opened(await checkAll(second))).toEqual([]);
    await edit('1.sql', FILES['1.sql']);
    await age('16 minutes');
    const resolved = (await checkAll(await fifty())).flatMap((report) => report.resolved);
    expect(resolved).toMatchObject([{ finding: { code: 'CHANGED', subject: '1.sql' } }]);
    expect(resolved[0]?.durationMs).toBeGreaterThan(16 * 60_000);
    expect(resolved[0]?.durationMs).toBeLessThan(20 * 60_000);
    await pool.end();
  });

  test('that its process could not deliver is reported by another one after a while, once', async () => {
    const { directory, edit } = await applied();
    await edit('1.sql', 'SELECT 100;\n');
    const dead = await monitorOf(directory);
    expect(opened([await dead.check()])).toEqual(['CHANGED 1.sql']);
    await age('6 minutes');
    const other = await monitorOf(directory);
    expect(opened([await other.check()])).toEqual(['CHANGED 1.sql']);
    await other.confirm();
    await age('6 minutes');
    expect(opened([await other.check(), await dead.check()])).toEqual([]);
  });

  test('is reported again when a reminder is due, with the time when it was first found', async () => {
    const { directory, edit } = await applied();
    await edit('1.sql', 'SELECT 100;\n');
    const monitor = await monitorOf(directory);
    const [first] = (await monitor.check()).opened;
    await monitor.confirm();
    await age('25 hours');
    const report = await monitor.check();
    expect(report).toMatchObject({ opened: [], reminders: [{ code: 'CHANGED', subject: '1.sql' }], resolved: [] });
    const hours = ((first?.since?.getTime() ?? 0) - (report.reminders[0]?.since?.getTime() ?? 0)) / 3_600_000;
    expect(hours).toBeCloseTo(25, 1);
    expect((await monitor.check()).reminders).toEqual([]);
  });

  test('gives drift() the time of a file finding, which is recorded nowhere else', async () => {
    const { directory, edit } = await applied();
    await edit('1.sql', 'SELECT 100;\n');
    const { migrator } = await migratorOn(db, directory);
    expect(await migrator.drift()).toEqual([expect.not.objectContaining({ since: expect.anything() })]);
    const before = Date.now();
    const [first] = (await (await monitorOf(directory)).check()).opened;
    const [found] = await migrator.drift();
    expect(found).toMatchObject({ code: 'CHANGED', since: first?.since });
    expect(Math.abs((found?.since?.getTime() ?? 0) - before)).toBeLessThan(30_000);
    await edit('1.sql', 'SELECT 200;\n'); // another incident, which no check has seen
    expect(await migrator.drift()).toEqual([expect.not.objectContaining({ since: expect.anything() })]);
    const reader = await migratorOn(db, directory, {
      connectionString: await newRole('GRANT USAGE ON SCHEMA shared TO', 'GRANT SELECT ON shared.schema_migrations TO'),
      catalog: false,
    });
    await edit('1.sql', 'SELECT 100;\n');
    expect(await reader.migrator.drift()).toEqual([expect.not.objectContaining({ since: expect.anything() })]);
    expect(await migrator.drift()).toMatchObject([{ since: first?.since }]);
  });

  test('that another release still sees is not resolved by a process that does not see it', async () => {
    const { directory, edit } = await applied();
    const { directory: restored } = await migratorOn(db, FILES);
    await edit('1.sql', 'SELECT 100;\n');
    const [old, current] = [await monitorOf(directory), await monitorOf(restored)];
    await old.check();
    expect((await current.check()).resolved).toEqual([]);
    expect(opened([await old.check()])).toEqual([]);
  });

  test('opens again if it comes back, and another edit of the file is another one', async () => {
    const { directory, edit } = await applied();
    const { check } = await monitorOf(directory);
    await edit('1.sql', 'SELECT 100;\n');
    expect(opened([await check()])).toEqual(['CHANGED 1.sql']);
    await edit('1.sql', 'SELECT 200;\n');
    expect(await check()).toMatchObject({ opened: [{ code: 'CHANGED' }], resolved: [] });
    await edit('1.sql', FILES['1.sql']);
    expect((await check()).resolved).toHaveLength(1);
    await edit('1.sql', 'SELECT 100;\n');
    expect(opened([await check()])).toEqual(['CHANGED 1.sql']);
  });

  test.each([
    ['a role that may only read', ['GRANT SELECT ON shared.schema_migrations TO']],
    ['a role that may read everything', ['GRANT SELECT ON ALL TABLES IN SCHEMA shared TO']],
  ])('is reported once by each process with %s, and that fact is logged once', async (_sentence, grants) => {
    const { directory, edit } = await applied();
    const connectionString = await newRole('GRANT USAGE ON SCHEMA shared TO', ...grants);
    await edit('1.sql', 'SELECT 100;\n');
    const { check, said } = await monitorOf(directory, { connectionString, catalog: false });
    expect(opened([await check(), await check(), await check()])).toEqual(['CHANGED 1.sql']);
    expect(said).toEqual(['alone']);
    await edit('1.sql', FILES['1.sql']);
    expect((await check()).resolved).toMatchObject([{ finding: { code: 'CHANGED' }, durationMs: expect.any(Number) }]);
  });

  test('of a file that is gone is reported without a table of an older release too', async () => {
    const { directory } = await applied();
    await db.query('DROP TABLE shared.schema_migrations_incidents');
    await rm(join(directory, '1.sql'));
    const { check } = await monitorOf(directory);
    expect(opened([await check(), await check()])).toEqual(['MISSING 1.sql']);
  });
});
