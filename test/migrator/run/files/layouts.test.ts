import { afterEach, describe, expect, test } from '@jest/globals';
import { checksum } from '../../../../src/core/migration/checksum.js';
import { type LayoutName, MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { historyOf, outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { type Files, migratorOn } from '../../../support/migrator/migrator-on.js';
import { LAYOUT_EXAMPLES, note, START } from './layout-examples.js';

const db = useEmptyDatabase('layouts');
afterEach(() => expectNoLeftovers(db));

const notes = async (): Promise<string[]> =>
  (await db.query<{ file: string }>('SELECT file FROM ran ORDER BY n')).rows.map(({ file }) => file);

describe('a directory of another tool runs as it lies', () => {
  test.each(LAYOUT_EXAMPLES.map((example) => [example.layout, example] as const))(
    '%s',
    async (_, { layout, files, ...expected }) => {
      const { migrator } = await migratorOn(db, files, { layout });
      expect((await migrator.migrate()).applied).toEqual(expected.applied);
      expect(await notes()).toEqual(expected.notes);
      expect((await migrator.migrate()).applied).toEqual([]);
      expect(await migrator.drift()).toEqual([]);
      expect(Object.keys(await outcomes(db)).toSorted()).toEqual([...expected.applied].toSorted());
    },
  );

  test.each(LAYOUT_EXAMPLES.map((example) => [example.layout, example] as const))(
    '%s: each checksum is of the whole file',
    async (_, { layout, files }) => {
      const { migrator } = await migratorOn(db, files, { layout });
      await migrator.migrate();
      for (const row of await historyOf(db)) expect(row.checksum).toBe(checksum(files[row.migration_file] as string));
    },
  );

  test.each(LAYOUT_EXAMPLES.map((example) => [example.layout, example] as const))(
    '%s: without the layout nothing runs, and the error names it',
    async (_, { layout, files }) => {
      const { migrator } = await migratorOn(db, files);
      const { message, refusals } = await failureOf(migrator.migrate(), RefusedError);
      expect(message).toContain(`"${layout}"`);
      const inFile = layout === 'goose' || layout === 'dbmate';
      expect(refusals.map(({ code }) => code)).toContain(inFile ? 'UNDO_SECTION' : 'UNUSABLE_FILE');
      expect(await db.query("SELECT to_regclass('ran') AS ran")).toMatchObject({ rows: [{ ran: null }] });
    },
  );
});

describe('how a file runs', () => {
  test.each<[LayoutName, string, string, 'transactional' | 'non-transactional']>([
    [
      'goose',
      'with NO TRANSACTION before its section',
      '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;',
      'non-transactional',
    ],
    [
      'goose',
      'with NO TRANSACTION in its section',
      '-- +goose Up\n-- +goose NO TRANSACTION\nSELECT 1;',
      'non-transactional',
    ],
    [
      'goose',
      'with a comment before',
      '-- hello\n-- +goose NO TRANSACTION\n\n-- +goose Up\nSELECT 1;',
      'non-transactional',
    ],
    ['goose', 'without', '-- +goose Up\nSELECT 1;\n-- +goose Down\nVACUUM;', 'transactional'],
    [
      'dbmate',
      'with transaction:false',
      '-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down',
      'non-transactional',
    ],
    ['dbmate', 'with transaction:true', '-- migrate:up transaction:true\nSELECT 1;\n-- migrate:down', 'transactional'],
    [
      'dbmate',
      'with transaction:false for the undo section',
      '-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false',
      'transactional',
    ],
    ['sqlx', 'with no-transaction', '-- no-transaction\nSELECT 1;', 'non-transactional'],
  ])('%s, %s', async (layout, _, text, mode) => {
    const { migrator } = await migratorOn(db, { '1_a.sql': text }, { layout });
    expect((await migrator.plan()).migrations).toMatchObject([{ mode }]);
  });

  test('an error behind a section that is left out is located in the file', async () => {
    const text = '-- 😀\r\n-- +goose Up\r\nSELECT 1;\r\nSELECT nope;\r\n-- +goose Down\r\nSELECT 2;\r\n';
    const { migrator } = await migratorOn(db, { '1_a.sql': text }, { layout: 'goose' });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure.location).toMatchObject({ line: 4, column: 8, excerpt: 'SELECT nope;\n       ^' });
  });
});

describe('what a layout cannot run is refused before anything runs', () => {
  test.each<[LayoutName, string, string, RegExp]>([
    ['goose', 'no marker', 'SELECT 1;', /1_a\.sql cannot be read in this layout: it has no line "-- \+goose Up"/],
    [
      'goose',
      'variables',
      '-- +goose Up\n-- +goose ENVSUB ON\nSELECT 1;',
      /1_a\.sql:2:1 cannot be read in this layout: .*environment variables/,
    ],
    [
      'dbmate',
      'several parts',
      '-- migrate:up\n-- migrate:down\n-- migrate:up\n',
      /1_a\.sql:3:1 cannot be read in this layout: .*second part/,
    ],
    [
      'dbmate',
      'SQL before its part',
      'SELECT 1;\n-- migrate:up\n',
      /1_a\.sql:1:1 cannot be read in this layout: .*SQL before/,
    ],
    ['dbmate', 'an indented marker', '-- migrate:up\n  -- migrate:down\nSELECT 1;', /1_a\.sql:2:3 has an undo section/],
    [
      'goose',
      'a meta-command',
      '-- +goose Up\n\\set x 1\n-- +goose Down\n',
      /1_a\.sql:2:1 uses the psql meta-command \\set,/,
    ],
  ])('%s: %s', async (layout, _, text, problem) => {
    const { migrator } = await migratorOn(
      db,
      { '0_first.sql': '-- +goose Up\n-- migrate:up\n', '1_a.sql': text },
      { layout },
    );
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.refusals).toHaveLength(1);
    expect(error.message).toMatch(problem);
  });

  test('a meta-command in the undo section does not count', async () => {
    const { migrator } = await migratorOn(
      db,
      { '1_a.sql': '-- +goose Up\n-- +goose Down\n\\set x 1\n' },
      { layout: 'goose' },
    );
    expect((await migrator.migrate()).applied).toEqual(['1_a.sql']);
  });
});

describe('names', () => {
  const files: Files = {
    '1_start.sql': START,
    '2 with blanks.sql': note('blanks'),
    [`3_Größe_\u0065\u0301.sql`]: note('decomposed'),
    'billing/4_nested.sql': note('nested'),
    "billing/5_it's $body$ \\.sql": note('quotes'),
  };

  test('with blanks, quotes, folders and letters of all kinds are recorded as they are, composed', async () => {
    const { migrator } = await migratorOn(db, files, { recursive: true });
    await migrator.migrate();
    expect(await notes()).toEqual(['blanks', 'decomposed', 'nested', 'quotes']);
    expect(Object.keys(await outcomes(db))).toEqual(Object.keys(files).map((name) => name.normalize('NFC')));
    expect((await migrator.migrate()).applied).toEqual([]);
  });

  test('that another system writes decomposed are the same migrations', async () => {
    const composed = Object.fromEntries(Object.entries(files).map(([name, text]) => [name.normalize('NFC'), text]));
    await (await migratorOn(db, composed, { recursive: true })).migrator.migrate();
    const { migrator } = await migratorOn(db, files, { recursive: true });
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await migrator.drift()).toEqual([]);
  });

  test('that do not fit the pattern never run', async () => {
    const { migrator } = await migratorOn(db, files, { recursive: true, pattern: /^\d_.*\.sql$/ });
    expect((await migrator.migrate()).applied).toEqual(['1_start.sql', '3_Größe_é.sql'.normalize('NFC')]);
  });
});
