import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError, renderFinding, type Finding } from '../../../../src/migrator.js';
import { run } from '../../../cli/command-line.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { tempDirectory } from '../../../support/files/temp-directory.js';

const db = useEmptyDatabase('empty_directory');
afterEach(() => expectNoLeftovers(db));

const FILES = { '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': 'CREATE TABLE b ()' };

const emptyFolder = (): Promise<string> => tempDirectory();
const onlySubfolders = async (): Promise<string> => {
  const { directory } = await migratorOn(db, FILES);
  await mkdir(join(directory, 'sql'));
  for (const name of Object.keys(FILES)) await rename(join(directory, name), join(directory, 'sql', name));
  return directory;
};
const folders = { 'an empty directory': emptyFolder, 'files in a subfolder without recursive': onlySubfolders };

/** Without the remedy that follows, which names flags on the command line and options elsewhere. */
const firstSentence = (text = ''): string => text.slice(0, text.indexOf('. If that'));

const cli = (directory: string, command = 'migrate') =>
  run([command, '--database-url', db.connectionString, '--dir', directory]);

describe.each(Object.entries(folders))('%s', (_, makeFolder) => {
  test('is refused when the history has applied migrations, and nothing is changed', async () => {
    await (await migratorOn(db, FILES)).migrator.migrate();
    const before = await historyOf(db);
    const directory = await makeFolder();
    const { migrator, events } = await migratorOn(db, directory);
    const { refusals, message } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([
      {
        code: 'EMPTY_DIRECTORY',
        severity: 'error',
        subject: directory,
        detail: '2_b.sql',
        recorded: '2',
        remedies: [{ action: 'set', option: 'directory' }, expect.anything(), { action: 'unmark', file: '2_b.sql' }],
        actual: `${db.name}/shared.schema_migrations`,
      },
    ]);
    expect(message).toContain(`${directory} `);
    expect(message).toContain('no migrations');
    expect(message).toContain('"recursive"');
    expect(message).toMatch(/\[EMPTY_DIRECTORY\]/);
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-refused']);
    expect(await historyOf(db)).toEqual(before);
    await expect(migrator.validate()).rejects.toThrow('[EMPTY_DIRECTORY]');
    expect((await migrator.plan()).refusals).toMatchObject([{ code: 'EMPTY_DIRECTORY' }]);
    expect(await migrator.drift()).toEqual(refusals);
    expect((await migrator.status()).findings).toEqual(refusals);
    expect(await migrator.health()).toMatchObject({
      up: false,
      message: 'the directory of this release contains no migrations, but 2 are applied',
      blocking: [],
    });

    const result = await cli(directory);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('[EMPTY_DIRECTORY]') });
    expect(result.stdout).not.toContain('up to date');
    const status = await cli(directory, 'status');
    expect(status).toMatchObject({ code: 1, stderr: '' });
    expect(status.stdout).toContain(firstSentence(renderFinding(refusals[0]!)));
    expect(status.stdout).toContain('[EMPTY_DIRECTORY]');
  });

  test('is warned about, by name, when nothing has ever been applied', async () => {
    const directory = await makeFolder();
    const { migrator, events, warnings } = await migratorOn(db, directory);
    expect(await migrator.migrate()).toMatchObject({ applied: [], alreadyApplied: 0 });
    const found = events.flatMap((event): Finding[] => (event.type === 'warning' ? [event.finding] : []));
    expect(found).toMatchObject([{ code: 'NO_MIGRATIONS', severity: 'warning', subject: directory }]);
    expect(warnings()[0]).toContain(directory);
    expect((await migrator.validate()).map(renderFinding)).toEqual(warnings());
    expect(await migrator.drift()).toEqual([]);
    expect(await migrator.health()).toMatchObject({ up: true });

    const result = await cli(directory);
    expect(result.code).toBe(0);
    expect(`${result.stdout}${result.stderr}`).toContain(firstSentence(warnings()[0]));
    expect(`${result.stdout}${result.stderr}`).toContain('[NO_MIGRATIONS]');
    expect(await relations(db)).toEqual([]);
  });
});

test('files in a subfolder are found with recursive, under their paths', async () => {
  const directory = await onlySubfolders();
  const { migrator, warnings } = await migratorOn(db, directory, { recursive: true });
  expect((await migrator.migrate()).applied).toEqual(['sql/1_a.sql', 'sql/2_b.sql']);
  expect(warnings()).toEqual([]);
});

test('a history whose only row is a failed one does not refuse an empty directory, and says what is orphaned', async () => {
  const { migrator } = await migratorOn(db, { '1_a.sql': 'SELECT 1/0' });
  await migrator.migrate().catch(() => {});
  const empty = await migratorOn(db, {});
  await empty.migrator.migrate();
  expect(empty.warnings().join('\n')).toMatch(/\[NO_MIGRATIONS\]/);
  expect(empty.warnings().join('\n')).toMatch(/1_a\.sql did not finish .*\[ORPHANED\]/);
  expect(Object.keys(await outcomes(db))).toEqual(['1_a.sql']);
});

test('a directory whose only file is unusable is refused for that file', async () => {
  await (await migratorOn(db, { '1_a.sql': 'SELECT 1' })).migrator.migrate();
  const { migrator } = await migratorOn(db, { '1_a.sql': Buffer.from([0xff, 0xfe, 0x41]) });
  const { refusals } = await failureOf(migrator.migrate(), RefusedError);
  expect(refusals.map(({ code, subject }) => [code, subject])).toEqual([['UNUSABLE_FILE', '1_a.sql']]);
});

test('when the files were deleted on purpose, unmark() of their rows is the way out', async () => {
  const { migrator } = await migratorOn(db, { '1_a.sql': 'SELECT 1' });
  await migrator.migrate();
  const empty = await migratorOn(db, {});
  await failureOf(empty.migrator.migrate(), RefusedError);
  expect(await empty.migrator.unmark('1_a.sql')).toEqual(['1_a.sql']);
  expect(await empty.migrator.migrate()).toMatchObject({ applied: [] });
  expect(await outcomes(db)).toEqual({});
});
