import { afterEach, describe, expect, test } from '@jest/globals';
import { checksum } from '../../src/core/checksum.js';
import { DirectoryError, type LayoutName, MigrationFailedError, RefusedError } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/empty-database.js';
import { failureOf } from '../support/failure-of.js';
import { historyOf, outcomes } from '../support/history-of.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { type Files, migratorOn } from '../support/migrator-on.js';

const db = useEmptyDatabase('layouts');
afterEach(() => expectNoLeftovers(db));

/** Every file notes its name; whatever goes back would empty the notes. */
const START = 'CREATE TABLE ran (n serial, file text);\n';
const note = (file: string): string => `INSERT INTO ran (file) VALUES ('${file}');\n`;
const UNDO = 'DROP TABLE ran;\n';

const notes = async (): Promise<string[]> =>
  (await db.query<{ file: string }>('SELECT file FROM ran ORDER BY n')).rows.map(({ file }) => file);

const GOOSE_FUNCTION = `-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.file := upper(NEW.file); -- changes; with a semicolon
  RETURN NEW;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER touch BEFORE INSERT ON ran FOR EACH ROW EXECUTE FUNCTION touch();
${note('b')}
-- +goose Down
DROP TRIGGER touch ON ran;
-- +goose StatementBegin
DROP FUNCTION touch(); SELECT 'it is never closed
-- +goose StatementEnd
`;

interface Example {
  readonly layout: LayoutName;
  readonly files: Files;
  /** In the order in which they run. */
  readonly applied: readonly string[];
  readonly notes: readonly string[];
}

const EXAMPLES: readonly Example[] = [
  {
    layout: 'golang-migrate',
    files: {
      '000001_start.up.sql': START + note('1'),
      '000001_start.down.sql': UNDO,
      '000010_ten.up.sql': note('10'),
      '000010_ten.down.sql': UNDO,
      '000002_two.up.sql': note('2'),
      '000002_two.down.sql': UNDO,
    },
    applied: ['000001_start.up.sql', '000002_two.up.sql', '000010_ten.up.sql'],
    notes: ['1', '2', '10'],
  },
  {
    layout: 'sqlx',
    files: {
      '20240101000000_start.sql': START,
      '20240102000000_simple.sql': note('simple'),
      '20240103000000_reversible.up.sql': note('reversible'),
      '20240103000000_reversible.down.sql': UNDO,
      '20240104000000_alone.sql': `-- no-transaction\nCREATE INDEX CONCURRENTLY ON ran (file);\n`,
    },
    applied: [
      '20240101000000_start.sql',
      '20240102000000_simple.sql',
      '20240103000000_reversible.up.sql',
      '20240104000000_alone.sql',
    ],
    notes: ['simple', 'reversible'],
  },
  {
    layout: 'flyway',
    files: {
      'V1__start.sql': START + note('1'),
      'U1__start.sql': UNDO,
      'V1_2__underscore.sql': note('1_2'),
      'V1.10__dot.sql': note('1.10'),
      'later/V2__nested.sql': note('2'),
      'V10__ten.sql': note('10'),
      'B10__everything.sql': START,
      'V10__ten.sql.conf': 'executeInTransaction=false',
    },
    applied: ['V1__start.sql', 'V1_2__underscore.sql', 'V1.10__dot.sql', 'later/V2__nested.sql', 'V10__ten.sql'],
    notes: ['1', '1_2', '1.10', '2', '10'],
  },
  {
    layout: 'prisma',
    files: {
      '20240102000000_more/migration.sql': note('more'),
      '20240101000000_start/migration.sql': `-- CreateTable\n${START}`,
      'migration_lock.toml': 'provider = "postgresql"',
    },
    applied: ['20240101000000_start/migration.sql', '20240102000000_more/migration.sql'],
    notes: ['more'],
  },
  {
    layout: 'diesel',
    files: {
      '00000000000000_diesel_initial_setup/up.sql': START,
      '00000000000000_diesel_initial_setup/down.sql': UNDO,
      '2024-01-02-000000_more/up.sql': note('more'),
      '2024-01-02-000000_more/down.sql': UNDO,
    },
    applied: ['00000000000000_diesel_initial_setup/up.sql', '2024-01-02-000000_more/up.sql'],
    notes: ['more'],
  },
  {
    layout: 'goose',
    files: {
      '00001_start.sql': `-- +goose Up\n${START}\n-- +goose Down\n${UNDO}`,
      '00002_function.sql': GOOSE_FUNCTION,
      '00003_alone.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${note('c')}\n-- +goose Down\n${UNDO}`,
      '00004_go.go': 'package migrations',
      '00005_only_up.sql': `-- +goose Up\n${note('e')}`,
    },
    applied: ['00001_start.sql', '00002_function.sql', '00003_alone.sql', '00005_only_up.sql'],
    notes: ['B', 'C', 'E'],
  },
  {
    layout: 'dbmate',
    files: {
      '20240101000000_start.sql': `-- migrate:up\n${START}\n-- migrate:down\n${UNDO}`,
      '20240102000000_alone.sql': `-- migrate:up transaction:false\n${note('alone')}\n-- migrate:down transaction:false\n${UNDO}`,
      '20240103000000_empty.sql': '-- migrate:up\n\n-- migrate:down\n',
    },
    applied: ['20240101000000_start.sql', '20240102000000_alone.sql', '20240103000000_empty.sql'],
    notes: ['alone'],
  },
];

describe('a directory of another tool runs as it lies', () => {
  test.each(EXAMPLES.map((example) => [example.layout, example] as const))(
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

  test.each(EXAMPLES.map((example) => [example.layout, example] as const))(
    '%s: each checksum is of the whole file',
    async (_, { layout, files }) => {
      const { migrator } = await migratorOn(db, files, { layout });
      await migrator.migrate();
      for (const row of await historyOf(db)) expect(row.checksum).toBe(checksum(files[row.migration_file] as string));
    },
  );

  test.each(EXAMPLES.map((example) => [example.layout, example] as const))(
    '%s: without the layout nothing runs, and the error names it',
    async (_, { layout, files }) => {
      const { migrator } = await migratorOn(db, files);
      const error = await migrator.migrate().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(layout === 'goose' || layout === 'dbmate' ? RefusedError : DirectoryError);
      expect((error as Error).message).toContain(`"${layout}"`);
      expect(await db.query("SELECT to_regclass('ran') AS ran")).toMatchObject({ rows: [{ ran: null }] });
    },
  );
});

describe('how a file runs', () => {
  test.each<[LayoutName, string, string, 'transaction' | 'steps']>([
    ['goose', 'with NO TRANSACTION before its section', '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;', 'steps'],
    ['goose', 'with NO TRANSACTION in its section', '-- +goose Up\n-- +goose NO TRANSACTION\nSELECT 1;', 'steps'],
    ['goose', 'with a comment before', '-- hello\n-- +goose NO TRANSACTION\n\n-- +goose Up\nSELECT 1;', 'steps'],
    ['goose', 'without', '-- +goose Up\nSELECT 1;\n-- +goose Down\nVACUUM;', 'transaction'],
    ['dbmate', 'with transaction:false', '-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down', 'steps'],
    ['dbmate', 'with transaction:true', '-- migrate:up transaction:true\nSELECT 1;\n-- migrate:down', 'transaction'],
    [
      'dbmate',
      'with transaction:false for what goes back',
      '-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false',
      'transaction',
    ],
    ['sqlx', 'with no-transaction', '-- no-transaction\nSELECT 1;', 'steps'],
  ])('%s, %s', async (layout, _, text, mode) => {
    const { migrator } = await migratorOn(db, { '1_a.sql': text }, { layout });
    expect((await migrator.plan()).migrations).toMatchObject([{ mode }]);
  });

  test('an error behind a section that is left out is told where it is in the file', async () => {
    const text = '-- 😀\r\n-- +goose Up\r\nSELECT 1;\r\nSELECT nope;\r\n-- +goose Down\r\nSELECT 2;\r\n';
    const { migrator } = await migratorOn(db, { '1_a.sql': text }, { layout: 'goose' });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure.location).toMatchObject({ line: 4, column: 8, excerpt: 'SELECT nope;\n       ^' });
  });
});

describe('what a layout cannot run is refused before anything runs', () => {
  test.each<[LayoutName, string, string, RegExp]>([
    ['goose', 'no marker', 'SELECT 1;', /1_a\.sql: it has no line "-- \+goose Up"/],
    ['goose', 'variables', '-- +goose Up\n-- +goose ENVSUB ON\nSELECT 1;', /1_a\.sql:2:1: .*environment variables/],
    ['dbmate', 'several parts', '-- migrate:up\n-- migrate:down\n-- migrate:up\n', /1_a\.sql:3:1: .*second part/],
    ['dbmate', 'SQL before its part', 'SELECT 1;\n-- migrate:up\n', /1_a\.sql:1:1: .*SQL before/],
    ['dbmate', 'an indented marker', '-- migrate:up\n  -- migrate:down\nSELECT 1;', /1_a\.sql:2:3: .*undo section/],
    [
      'goose',
      'a meta-command',
      '-- +goose Up\n\\set x 1\n-- +goose Down\n',
      /1_a\.sql:2:1: \\set is a psql meta-command/,
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

  test('a meta-command in what goes back does not count', async () => {
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
