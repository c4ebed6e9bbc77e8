import { afterEach, expect, test } from '@jest/globals';
import { DatabaseError, LockInUseError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { whileLockIsHeld } from '../../support/database/lock-held.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { createRole } from '../../support/database/role.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('unlock');
afterEach(() => expectNoLeftovers(db));

test('terminates a holder that has been silent long enough, and records it', async () => {
  const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' });
  await migrator.migrate();
  await whileLockIsHeld(db, async ({ pid, ended }) => {
    const options = { silentFor: 50, reason: 'its host is gone' };
    await until(async () => (await migrator.unlock({ ...options, dryRun: true })).isGone);
    const report = await migrator.unlock(options);
    expect(report).toMatchObject({ holder: { pid, applicationName: 'deploy job 7', running: null }, ended: true });
    expect(await ended).toContain('terminating connection due to administrator command');
  });
  expect((await migrator.audit()).at(-1)).toMatchObject({
    action: 'unlock',
    reason: 'its host is gone',
    details: { holder: { applicationName: 'deploy job 7' } },
  });
  expect(await migrator.unlock()).toEqual({ holder: null, isGone: false, ended: false });
});

test('does not terminate a holder that sent something recently, unless forced', async () => {
  const { migrator } = await migratorOn(db, {});
  await whileLockIsHeld(db, async ({ pid, ended }) => {
    const error = await failureOf(migrator.unlock(), LockInUseError);
    expect(error).toMatchObject({ code: 'LOCK_IN_USE', holder: { pid } });
    expect((await migrator.unlock({ force: true })).ended).toBe(true);
    await ended;
  });
});

test('does not terminate a run that waits for its statement, however long it takes', async () => {
  const { migrator, events } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(0.5)' });
  const running = migrator.migrate();
  await until(() => events.some(({ type }) => type === 'migration-started'));
  const other = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(0.5)' });
  const error = await failureOf(other.migrator.unlock({ silentFor: 0 }), LockInUseError);
  expect(error.holder).toMatchObject({ running: '1.sql', silentMs: null });
  expect((await running).applied).toEqual(['1.sql']);
});

test('does not treat a holder as gone if the role cannot see it, and reports if it may not terminate it', async () => {
  const role = await createRole();
  const { migrator } = await migratorOn({ connectionString: role.urlOf(db) }, {});
  await whileLockIsHeld(db, async () => {
    const error = await failureOf(migrator.unlock({ silentFor: 0 }), LockInUseError);
    expect(error.holder).toMatchObject({ running: null, silentMs: null });
    const refused = await failureOf(migrator.unlock({ force: true }), DatabaseError);
    expect(refused.server.sqlstate).toBe('42501');
  });
});
