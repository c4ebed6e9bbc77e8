import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError, UnknownMigrationError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('resume');
afterEach(() => expectNoLeftovers(db));

const STOPPED = '-- no-transaction\nCREATE TABLE one ();\nSELECT 1/0;';

async function stopped(text = STOPPED): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, { '1.sql': text });
  await failureOf(observed.migrator.migrate(), MigrationFailedError);
  return observed;
}

describe('a resumption', () => {
  const EDITED = '-- no-transaction\nCREATE TABLE IF NOT EXISTS one ();\nSELECT 1;\nCREATE TABLE two ();';
  const ACTION = {
    kind: 'resume',
    file: '1.sql',
    recordedAs: '1.sql',
    from: '1 of 2 steps',
    to: '1 of 3 steps',
    next: { line: 3, statement: 'SELECT 1' },
    warning: 'the file now has 3 steps instead of 2: check that the statement shown is the one to continue with',
  };

  async function edited(text = EDITED): Promise<ObservedMigrator> {
    const observed = await stopped();
    await writeFile(join(observed.directory, '1.sql'), text);
    await failureOf(observed.migrator.migrate(), RefusedError);
    return observed;
  }

  test('continues after the finished steps, even if they were edited', async () => {
    const { migrator } = await edited();
    const before = await historyOf(db);
    expect(await migrator.repair({ resume: '1.sql', dryRun: true })).toEqual([ACTION]);
    expect(await historyOf(db)).toEqual(before);
    expect(await migrator.repair({ resume: '1.sql', reason: 'it was created by hand' })).toEqual([ACTION]);
    expect(await historyOf(db)).toMatchObject([
      { running: false, error_message: 'to be continued with the file as it is, as set by repair()', steps_done: 1 },
    ]);
    expect((await migrator.audit()).at(-1)).toMatchObject({ action: 'repair', reason: 'it was created by hand' });
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(await relations(db)).toEqual(['one', 'two']);
  });

  test('changes nothing if the finished steps were not edited', async () => {
    const { migrator, directory } = await stopped();
    await writeFile(join(directory, '1.sql'), STOPPED.replace('1/0', '1'));
    const before = await historyOf(db);
    expect(await migrator.repair({ resume: '1.sql' })).toEqual([]);
    expect(await historyOf(db)).toEqual(before);
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
  });

  test('is refused while a step is in doubt, if the file cannot run, or if it has too few steps', async () => {
    const { migrator, directory } = await edited();
    await db.query(
      `UPDATE shared.schema_migrations SET running = true, next_statement = 'VACUUM', next_checksum = 'x', error_message = 'running'`,
    );
    const { refusals } = await failureOf(migrator.repair({ resume: '1.sql' }), RefusedError);
    expect(refusals).toMatchObject([{ code: 'STEP_IN_DOUBT' }]);
    await migrator.resolve('1.sql', 'again');
    await writeFile(join(directory, '1.sql'), '-- no-transactoin\nSELECT 1;');
    await failureOf(migrator.repair({ resume: '1.sql' }), RefusedError);
    await writeFile(join(directory, '1.sql'), '-- no-transaction\n');
    const few = await failureOf(migrator.repair({ resume: '1.sql' }), UnknownMigrationError);
    expect(few.message).toContain('1.sql has fewer steps than have finished (1 of 2 steps).');
    await rm(join(directory, '1.sql'));
    await failureOf(migrator.repair({ resume: '1.sql' }), UnknownMigrationError);
    await expect(migrator.repair({ resume: '1.sql', restart: '1.sql' })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
    });
  });

  test.each([
    [
      'has its own BEGIN and COMMIT',
      'BEGIN;\nCREATE TABLE one ();\nSELECT 1;\nCOMMIT;',
      /has its own BEGIN and COMMIT/,
    ],
    ['cannot be parsed', 'CREATE TABLE one ();\nSELEC 1;', /its statements cannot be parsed/],
  ])('of a file that %s is refused for that reason', async (_, text, reason) => {
    const { migrator } = await edited(text);
    const { message } = await failureOf(migrator.repair({ resume: '1.sql' }), UnknownMigrationError);
    expect(message).toMatch(reason);
    expect(message).not.toContain('fewer steps');
  });
});

const insert = (what: string): string => `INSERT INTO log VALUES ('${what}');`;
const text = (...statements: string[]): string => ['-- no-transaction', ...statements].join('\n');

describe('the statement that a resumption continues with', () => {
  /** Stopped at the third of four statements. */
  async function stoppedAt(third: string, ...now: string[]): Promise<ObservedMigrator> {
    await db.query('CREATE TABLE log (what text)');
    const observed = await stopped(text(insert('a'), insert('b'), third, insert('d')));
    await writeFile(join(observed.directory, '1.sql'), text(...now));
    return observed;
  }

  test.each([
    ['removed', [insert('b'), insert('c'), insert('d')], { line: 4, statement: `INSERT INTO log VALUES ('d')` }, 3],
    [
      'inserted',
      [insert('a'), insert('x'), insert('b'), insert('c'), insert('d')],
      { line: 4, statement: `INSERT INTO log VALUES ('b')` },
      5,
    ],
  ])('is shown, with a warning, after a finished one was %s', async (_, now, next, total) => {
    const { migrator } = await stoppedAt('SELECT 1/0;', ...now);
    const warning = `the file now has ${total} steps instead of 4: check that the statement shown is the one to continue with`;
    expect(await migrator.repair({ resume: '1.sql', dryRun: true })).toMatchObject([{ next, warning }]);
  });

  test('is shown without a warning if there are as many steps as before', async () => {
    const { migrator } = await stoppedAt('SELECT 1/0;', insert('x'), insert('b'), insert('c'), insert('d'));
    const [action] = await migrator.repair({ resume: '1.sql', dryRun: true });
    expect(action).toMatchObject({ next: { line: 4, statement: `INSERT INTO log VALUES ('c')` } });
    expect(action).not.toHaveProperty('warning');
  });

  test('is null if none is left', async () => {
    const { migrator } = await stoppedAt('SELECT 1/0;', insert('x'), insert('b'));
    expect(await migrator.repair({ resume: '1.sql', dryRun: true })).toMatchObject([
      { next: null, warning: 'the file now has 2 steps instead of 4: check that nothing is left to do' },
    ]);
  });

  test('is compared with the recorded statement at which it stopped', async () => {
    const vacuum = 'VACUUM missing;';
    const { migrator, directory } = await stoppedAt(vacuum, insert('b'), insert('c'), vacuum, insert('d'));
    await writeFile(join(directory, '1.sql'), text(insert('b'), vacuum, insert('x'), insert('d')));
    expect(await migrator.repair({ resume: '1.sql', dryRun: true })).toMatchObject([
      {
        next: { line: 4, statement: `INSERT INTO log VALUES ('x')` },
        warning:
          'it stopped at the statement that is now on line 3: check that the statement shown is the one to continue with',
      },
    ]);
    await writeFile(join(directory, '1.sql'), text(insert('x'), insert('b'), vacuum, insert('d'), insert('e')));
    const [action] = await migrator.repair({ resume: '1.sql', dryRun: true });
    expect(action).toMatchObject({ next: { line: 4, statement: 'VACUUM missing' } });
    expect(action).not.toHaveProperty('warning');
  });
});
