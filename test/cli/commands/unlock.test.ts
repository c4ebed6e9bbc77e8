import { expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { whileLockIsHeld } from '../../support/database/lock-held.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { FILES, run } from '../command-line.js';

const db = useEmptyDatabase('cli_unlock');
const migrations = useMigrations(FILES);

const unlock = (...flags: string[]): Promise<ProcessResult> =>
  run(['unlock', '--database-url', db.connectionString, '--dir', migrations.directory, ...flags]);

test('unlock shows the holder, and terminates it once confirmed', async () => {
  expect(await unlock()).toMatchObject({ code: 0, stdout: 'The migration lock is free.\n', stderr: '' });
  await whileLockIsHeld(db, async ({ pid }) => {
    const atWork = await unlock('--silent-for', '3600');
    expect(atWork).toMatchObject({ code: 7, stderr: '' });
    expect(atWork.stdout).toMatch(
      new RegExp(`^The migration lock is held by backend ${pid} .*\\. Its process may still be working: wait for it`),
    );
    expect(await unlock('--silent-for', '3600', '--yes')).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('[LOCK_IN_USE]'),
    });

    const unconfirmed = await unlock('--silent-for', '0');
    expect(unconfirmed).toMatchObject({ code: 2, stdout: '' });
    expect(unconfirmed.stderr).toContain(`This would terminate backend ${pid} and roll back what it is running.`);
    expect(await unlock('--silent-for', '0', '--dry-run', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`"pid": ${pid}`),
    });

    const ended = await unlock('--silent-for', '0', '--yes', '--reason', 'its host is gone');
    expect(ended).toMatchObject({
      code: 0,
      stdout: `Terminated backend ${pid}. The migration lock is free.\n`,
      stderr: '',
    });
  });
  const { rows } = await db.query('SELECT action, reason FROM shared.schema_migrations_audit');
  expect(rows).toEqual([{ action: 'unlock', reason: 'its host is gone' }]);
});

test('unlock rejects an invalid duration', async () => {
  expect(await unlock('--silent-for', 'soon')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--silent-for'),
  });
});
