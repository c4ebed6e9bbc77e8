import { afterEach, describe, expect, test } from '@jest/globals';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, type MigratorOptions, RefusedError, renderFinding } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { DRIFT_FAILS, DRIFT_IGNORED } from '../../support/migrator/policies.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { adding, ranOn, states } from './adding.js';

const db = useEmptyDatabase('findings');
afterEach(() => expectNoLeftovers(db));

const ran = (): Promise<string[]> => ranOn(db);

const late = async (options: MigratorOptions): Promise<ObservedMigrator> => {
  await (await migratorOn(db, adding('1.sql', '3.sql'))).migrator.migrate();
  return migratorOn(db, adding('1.sql', '2.sql', '3.sql', '4.sql'), options);
};

type Change = (directory: string) => Promise<void>;
const write =
  (file: string, text: string): Change =>
  (directory) =>
    writeFile(join(directory, file), text);

describe('a migration that comes late', () => {
  test('is applied with a warning, never skipped in silence', async () => {
    const observed = await late({});
    expect(await states(observed)).toEqual(['1.sql applied', '2.sql out-of-order', '3.sql applied', '4.sql pending']);
    expect((await observed.migrator.migrate()).applied).toEqual(['2.sql', '4.sql']);
    expect(observed.warnings()).toEqual([
      '2.sql runs out of order: newer migrations have been applied already. [RUNS_OUT_OF_ORDER]',
    ]);
    expect(await ran()).toEqual(['1.sql', '3.sql', '2.sql', '4.sql']);
    expect((await observed.migrator.history()).map(({ file }) => file)).toEqual(['1.sql', '3.sql', '2.sql', '4.sql']);
  });

  test('is refused when the options say so, and nothing runs', async () => {
    const { migrator } = await late({ policy: { outOfOrder: 'fail' } });
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.refusals).toMatchObject([{ code: 'OUT_OF_ORDER', subject: '2.sql' }]);
    expect(error.message).toContain('2.sql has not been applied, although newer migrations have been. ');
    expect(await ran()).toEqual(['1.sql', '3.sql']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '3.sql': 'applied' });
  });
});

describe('files that are no longer what was recorded', () => {
  const original = adding('2.sql')['2.sql'] as string;
  const changes: [sentence: string, change: Change, state: string, message: RegExp][] = [
    ['a changed one', write('2.sql', 'SELECT 2'), '2.sql changed', /^2\.sql was changed after it was applied: checksum recorded [0-9a-f]{8}…, on disk [0-9a-f]{8}…\. Restore .* \[CHANGED\]$/],
    ['one with another comment', write('2.sql', `-- edited\n${original}`), '2.sql cosmetic', /^2\.sql was changed .*only in comments or whitespace: checksum recorded [0-9a-f]{8}…, on disk [0-9a-f]{8}…\. Adopt .* \[COSMETIC\]$/],
    ['a missing one', (directory) => rm(join(directory, '2.sql')), '2.sql missing', /^2\.sql was applied, but its file is gone\. Restore .* \[MISSING\]$/],
    ['a renamed one', (directory) => rename(join(directory, '2.sql'), join(directory, '2_b.sql')), '2_b.sql renamed', /^2_b\.sql is recorded as 2\.sql: .* \[RENAMED\]$/],
    ['one that was renamed to the front', (directory) => rename(join(directory, '2.sql'), join(directory, '0.sql')), '0.sql renamed', /^0\.sql is recorded as 2\.sql: .* \[RENAMED\]$/],
    ['one that was renamed to the end', (directory) => rename(join(directory, '2.sql'), join(directory, '9.sql')), '9.sql renamed', /^9\.sql is recorded as 2\.sql: .* \[RENAMED\]$/],
  ]; // prettier-ignore

  const changed = async (change: Change, options: MigratorOptions): Promise<ObservedMigrator> => {
    const { migrator, directory } = await migratorOn(db, adding('1.sql', '2.sql', '3.sql'));
    await migrator.migrate();
    await change(directory);
    await write('4.sql', adding('4.sql')['4.sql'] as string)(directory);
    return migratorOn(db, directory, options);
  };

  test.each(changes)('do not run again and are warned of: %s', async (_sentence, change, state, message) => {
    const observed = await changed(change, {});
    expect(await states(observed)).toContain(state);
    expect((await observed.migrator.migrate()).applied).toEqual(['4.sql']);
    // A change of comments is a note: drift() has it, but it is not a warning at every start.
    const expected = state.endsWith('cosmetic') ? [] : [message];
    expect(observed.warnings()).toEqual(expected.map((each) => expect.stringMatching(each) as unknown));
    expect(await ran()).toEqual(['1.sql', '2.sql', '3.sql', '4.sql']);
    expect((await observed.migrator.drift()).map(renderFinding)).toEqual([expect.stringMatching(message)]);
  });

  test.each(changes)('stop the run when the options say so: %s', async (_sentence, change, state, message) => {
    const observed = await changed(change, { policy: DRIFT_FAILS });
    const before = await historyOf(db);
    const error = await failureOf(observed.migrator.migrate(), RefusedError);
    expect(error.refusals.map(({ subject }) => subject)).toEqual([state.split(' ')[0]]);
    expect(error.refusals.map(renderFinding)).toEqual([expect.stringMatching(message)]);
    expect(await historyOf(db)).toEqual(before);
    expect(await ran()).toEqual(['1.sql', '2.sql', '3.sql']);
  });

  test.each(changes)('are not mentioned when the options say so: %s', async (_sentence, change) => {
    const { migrator, warnings } = await changed(change, { policy: DRIFT_IGNORED });
    expect((await migrator.migrate()).applied).toEqual(['4.sql']);
    expect(warnings()).toEqual([]);
  });

  test('are warned of although nothing is pending', async () => {
    const { migrator, directory } = await migratorOn(db, adding('1.sql'));
    await migrator.migrate();
    await write('1.sql', 'SELECT 1')(directory);
    const again = await migratorOn(db, directory);
    await again.migrator.migrate();
    expect(again.warnings()).toEqual([expect.stringContaining('1.sql was changed')]);
  });

  test('are not those that only have other line ends or a byte order mark', async () => {
    const { migrator, directory, warnings } = await migratorOn(db, adding('1.sql'));
    await migrator.migrate();
    await write('1.sql', `\uFEFF${(adding('1.sql')['1.sql'] as string).replaceAll('\n', '\r\n')}`)(directory);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(warnings()).toEqual([]);
  });

  test('stop every run while nothing shows which one was renamed, whatever the options say', async () => {
    const same = 'CREATE TABLE IF NOT EXISTS same ()';
    const { migrator, directory } = await migratorOn(db, { '1.sql': same, '2.sql': same });
    await migrator.migrate();
    await rename(join(directory, '1.sql'), join(directory, '1_a.sql'));
    await rename(join(directory, '2.sql'), join(directory, '2_a.sql'));
    const observed = await migratorOn(db, directory, { policy: DRIFT_IGNORED });
    expect(await states(observed)).toEqual(expect.arrayContaining(['1_a.sql ambiguous', '2_a.sql ambiguous']));
    const error = await failureOf(observed.migrator.migrate(), RefusedError);
    expect(error.refusals.map(({ code, subject }) => `${subject} ${code}`)).toEqual([
      '1_a.sql AMBIGUOUS_RENAME',
      '2_a.sql AMBIGUOUS_RENAME',
    ]);
    expect(error.message).toContain('1.sql, 2.sql');
    // Saying which one it is ends it.
    await observed.migrator.mark('1_a.sql');
    await observed.migrator.mark('2_a.sql');
    expect((await observed.migrator.migrate()).applied).toEqual([]);
  });

  test('whose remedy is followed to the letter is over, also under a policy that fails', async () => {
    const same = 'CREATE TABLE IF NOT EXISTS same ()';
    const { migrator, directory } = await migratorOn(db, { '1.sql': same, '2.sql': same }, { policy: DRIFT_FAILS });
    await migrator.migrate();
    await rename(join(directory, '1.sql'), join(directory, '1_a.sql'));
    await rename(join(directory, '2.sql'), join(directory, '2_a.sql'));
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals.map(({ remedy }) => remedy)).toEqual(
      ['1_a.sql', '2_a.sql'].map(
        (file) =>
          `Give each renamed file its recorded name. Or record each of these files as applied, this one with mark('${file}'), and only then remove the names without a file: unmark('1.sql'), unmark('2.sql').`,
      ),
    );
    for (const { subject } of refusals) await migrator.mark(subject);
    for (const file of refusals[0]?.names ?? []) await migrator.unmark(file);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await migrator.drift()).toEqual([]);
  });
});

describe('a database that is ahead', () => {
  test('because a newer release ran is left as it is, without a warning, and is healthy', async () => {
    await (await migratorOn(db, adding('1.sql', '2.sql', '3.sql'))).migrator.migrate();
    const observed = await migratorOn(db, adding('1.sql'), { policy: { ...DRIFT_FAILS, outOfOrder: 'fail' } });
    expect((await observed.migrator.migrate()).applied).toEqual([]);
    expect(observed.warnings()).toEqual([]);
    expect(await states(observed)).toEqual(['1.sql applied', '2.sql ahead', '3.sql ahead']);
    expect(
      (await observed.migrator.drift()).map(({ code, severity, subject }) => `${severity} ${code} ${subject}`),
    ).toEqual(['note AHEAD 2.sql', 'note AHEAD 3.sql']);
    expect(await observed.migrator.health()).toMatchObject({ up: true, message: expect.stringContaining('ahead') });
  });

  test('and whose newer migration failed or runs is healthy for this release', async () => {
    await failureOf(
      (await migratorOn(db, { ...adding('1.sql'), '2.sql': 'SELECT 1/0' })).migrator.migrate(),
      MigrationFailedError,
    );
    const { migrator } = await migratorOn(db, adding('1.sql'));
    expect(await migrator.health()).toMatchObject({ up: true, blocking: [] });
    await db.query(`UPDATE shared.schema_migrations SET running = true WHERE migration_file = '2.sql'`);
    expect(await migrator.health()).toMatchObject({ up: true, blocking: [] });
    expect((await migrator.migrate()).applied).toEqual([]);
  });
});
