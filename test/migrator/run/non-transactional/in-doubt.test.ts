import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InDoubtError, RefusedError, UnknownMigrationError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { historyOf } from '../../../support/migrator/history-of.js';
import { migrateUntilKilled } from '../../../support/programs/killed.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';

const db = useEmptyDatabase('in_doubt');
afterEach(() => expectNoLeftovers(db));

const SETUP = `CREATE TABLE ledger (what text);
  CREATE PROCEDURE in_parts(what text) LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO ledger VALUES (what || ' 1'); COMMIT; INSERT INTO ledger VALUES (what || ' 2'); END $$;`;
const withCall = (call: string): string =>
  `-- no-transaction\nINSERT INTO ledger VALUES ('first');\n${call}INSERT INTO ledger VALUES ('last');\n`;
const CALL = `CALL in_parts('called');\n`;
const STATEMENT = `CALL in_parts('called')`;

/** A migration whose process died around its CALL: before the server saw it, or after it was done. */
async function killedAroundCall(freeze: 'before' | 'after', file = withCall(CALL)): Promise<ObservedMigrator> {
  await db.query(SETUP);
  const directory = await migrationsDirectory({ '1.sql': file, '2.sql': `INSERT INTO ledger VALUES ('next')` });
  const { at } = await migrateUntilKilled(db, directory, (text) => (text.startsWith('CALL') ? freeze : undefined));
  expect(at).toContain(STATEMENT);
  return migratorOn(db, directory);
}

const ledger = async (): Promise<string[]> =>
  (await db.query<{ what: string }>('SELECT what FROM ledger ORDER BY ctid')).rows.map(({ what }) => what);

const rewrite = ({ directory }: ObservedMigrator, text: string): Promise<void> =>
  writeFile(join(directory, '1.sql'), text);

/** A run ends in doubt about the CALL as it was sent, and changes nothing. */
async function expectDoubt({ migrator }: ObservedMigrator): Promise<void> {
  const [before, rows] = [await historyOf(db), await ledger()];
  const error = await failureOf(migrator.migrate(), InDoubtError);
  expect(error).toMatchObject({ code: 'IN_DOUBT', file: '1.sql', statement: STATEMENT });
  expect(error.finding).toMatchObject({ code: 'STEP_IN_DOUBT', subject: '1.sql', detail: STATEMENT });
  expect(error.finding.remedy).toMatch(/resolve\('1.sql', 'done'\).*resolve\('1.sql', 'again'\)/);
  expect(error.message).toContain(STATEMENT);
  expect(await ledger()).toEqual(rows);
  const [now] = await historyOf(db);
  expect(now).toMatchObject({ running: true, steps_done: 1, next_statement: STATEMENT, ...pick(before[0]) });
}

const pick = (row: object | undefined): object => ({
  done_checksum: (row as { done_checksum?: unknown }).done_checksum,
  next_checksum: (row as { next_checksum?: unknown }).next_checksum,
});

describe('a doubt about a CALL around which the process died', () => {
  test('stays, and quotes what was sent, whatever becomes of the CALL in the file', async () => {
    const observed = await killedAroundCall('after');
    expect(await ledger()).toEqual(['first', 'called 1', 'called 2']);
    await expectDoubt(observed);
    for (const instead of ['', `CALL in_parts('other');\n`, 'VACUUM ledger;\n', 'SELECT 1;\n']) {
      await rewrite(observed, withCall(instead));
      await expectDoubt(observed);
    }
    await rewrite(observed, `-- no-transaction\nINSERT INTO ledger VALUES ('first');\n`);
    await expectDoubt(observed);
    await rewrite(observed, withCall(CALL));
    await expectDoubt(observed);
    expect(await observed.migrator.health()).toMatchObject({ up: false });
  });

  test('stays in a file that begins with the CALL', async () => {
    const observed = await killedAroundCall('before', `-- no-transaction\n${CALL}SELECT 1;\n`);
    await rewrite(observed, '-- no-transaction\nSELECT 1;\n');
    const error = await failureOf(observed.migrator.migrate(), InDoubtError);
    expect(error.statement).toBe(STATEMENT);
  });

  test('stays when the file has another name, and another ending', async () => {
    const observed = await killedAroundCall('after', `-- no-transaction\n${CALL}SELECT 1;\n`);
    await rm(join(observed.directory, '1.sql'));
    await writeFile(join(observed.directory, '1_renamed.sql'), `-- no-transaction\n${CALL}SELECT 'other';\n`);
    const error = await failureOf(observed.migrator.migrate(), InDoubtError);
    expect(error).toMatchObject({ file: '1_renamed.sql', statement: STATEMENT });
    expect(await ledger()).toEqual(['called 1', 'called 2']);
    await observed.migrator.resolve('1_renamed.sql', 'done');
    await observed.migrator.migrate();
    expect(await ledger()).toEqual(['called 1', 'called 2', 'next']);
  });
});

describe('resolve', () => {
  test('as done continues behind the CALL, in a file that has it', async () => {
    const observed = await killedAroundCall('after');
    const { migrator } = observed;
    await rewrite(observed, withCall(''));
    await expectDoubt(observed);
    expect(await migrator.resolve('1.sql', 'done')).toBe(STATEMENT);

    // The CALL is done, so it belongs to the part of the file that must not change.
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([{ code: 'FINISHED_STEPS_CHANGED', subject: '1.sql' }]);
    await rewrite(observed, withCall(CALL));
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(await ledger()).toEqual(['first', 'called 1', 'called 2', 'last', 'next']);
  });

  test('as to be run again runs it', async () => {
    const observed = await killedAroundCall('before');
    await expectDoubt(observed);
    expect(await observed.migrator.resolve('1.sql', 'again')).toBe(STATEMENT);
    expect(await ledger()).toEqual(['first']);
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(await ledger()).toEqual(['first', 'called 1', 'called 2', 'last', 'next']);
  });

  test('as to be run again leaves the rest of the file free: without the CALL it is not run', async () => {
    const observed = await killedAroundCall('before');
    await rewrite(observed, withCall(''));
    await observed.migrator.resolve('1.sql', 'again');
    await observed.migrator.migrate();
    expect(await ledger()).toEqual(['first', 'last', 'next']);
  });

  test('is refused when nothing is in doubt: unknown, applied, resolved already', async () => {
    const { migrator } = await killedAroundCall('after');
    const refused = async (file: string): Promise<void> => {
      const before = await historyOf(db);
      for (const outcome of ['done', 'again'] as const) {
        const { message } = await failureOf(migrator.resolve(file, outcome), UnknownMigrationError);
        expect(message).toContain(`No step of ${file} is in doubt.`);
      }
      expect(await historyOf(db)).toEqual(before);
    };
    await refused('2.sql');
    await refused('9.sql');
    await migrator.resolve('1.sql', 'done');
    await refused('1.sql');
    await migrator.migrate();
    await refused('1.sql');
  });
});
