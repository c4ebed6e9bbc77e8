import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { History, HistoryRow } from '../../../src/core/history/history.js';
import { rowsOf } from '../../../src/core/history/ordinary-rows.js';
import { canonicalChecksum } from '../../../src/core/migration/checksum.js';
import { EMPTY_CHECKSUM, type Migration } from '../../../src/core/migration/migration.js';
import type { MigrationSet } from '../../../src/core/migration/migration-set.js';
import { assessHealth } from '../../../src/core/status/health.js';
import { planRun } from '../../../src/core/status/plan.js';
import { DEFAULT_POLICY, type DriftPolicy } from '../../../src/core/status/policy.js';
import type { MigrationStatus } from '../../../src/core/status/status.js';
import { HistoryScope } from '../../../src/core/target/history-scope.js';
import { parseTableName } from '../../../src/core/target/table.js';
import { HISTORY_COLUMNS, insertSql, type ColumnValues } from '../../../src/postgres/history/columns.js';
import { readHistory } from '../../../src/postgres/history/read-history.js';
import { migrationFile, setOf } from '../../core/fixtures.js';
import { connectionOn } from '../../support/database/connection-on.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';

const db = useEmptyDatabase('ordinary_rows');
afterEach(() => expectNoLeftovers(db));

const TABLE = 'shared.schema_migrations';
const scope = new HistoryScope(parseTableName(TABLE));
const STRICT: DriftPolicy = {
  ...DEFAULT_POLICY,
  changed: 'fail',
  missing: 'fail',
  outOfOrder: 'fail',
  cosmetic: 'warn',
};
const POLICIES: readonly DriftPolicy[] = [DEFAULT_POLICY, STRICT];

/** A history table with all our columns, some of them of other types. */
async function createTable(types: Record<string, string> = {}): Promise<void> {
  const columns = Object.entries(HISTORY_COLUMNS).map(([name, { type }]) => `${name} ${types[name] ?? type}`);
  await db.query(
    `CREATE SCHEMA shared; CREATE TABLE ${TABLE} (${columns.join(', ')}); CREATE TABLE public.t (a int); CREATE INDEX broken ON public.t (a);
     UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.broken'::regclass`,
  );
}

const name = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.nat(30), fc.constantFrom('_a.sql', '_b.sql', '_B.sql')).map(([n, rest]) => `${String(n).padStart(3, '0')}${rest}`) },
  { weight: 2, arbitrary: fc.nat(120).map((n) => `${n}_a.sql`) },
  fc.constantFrom('1_é.sql', '1_z.sql', '1_\u{1f600}.sql', '1_\uffee.sql', 'b/1_a.sql', 'a/2_a.sql', "1_it's.sql", '1_ a.sql', '1_a\nb.sql'),
); // prettier-ignore
const text = fc.constantFrom('SELECT 1;', 'SELECT 2;', 'SELECT 1; -- a', '-- nothing');
const file = fc.tuple(name, text).map(([named, content]) => migrationFile(named, content));
const files = fc.uniqueArray(file, { selector: ({ file: named }) => named, maxLength: 9 });

type Recorded = ColumnValues & { readonly migration_file: string; readonly checksum: string | null };

const asRecorded = ({ file: migration_file, checksum, text: content }: Migration): Recorded => ({
  migration_file,
  checksum,
  canonical_checksum: canonicalChecksum(content),
  origin: 'migrate',
});
/** What may be odd about a row. Moving a character between checksum and name must not go unnoticed. */
const oddity = fc.constantFrom<(values: Recorded) => Recorded>(
  (values) => ({ ...values, error_message: 'it failed' }),
  (values) => ({ ...values, error_message: 'running', running: true, steps_done: 1, steps_total: 2, done_checksum: 'd' }),
  (values) => ({ ...values, checksum: null, canonical_checksum: null, origin: null }),
  (values) => ({ ...values, checksum: 'c'.repeat(64) }),
  (values) => ({ ...values, checksum: 'c'.repeat(64), canonical_checksum: 'c'.repeat(64) }),
  (values) => ({ ...values, canonical_checksum: EMPTY_CHECKSUM }),
  (values) => ({ ...values, origin: 'baseline' }),
  (values) => ({ ...values, invalid_indexes: ['public.broken', 'public.gone'] }),
  (values) => ({ ...values, migration_file: `${values.migration_file}x` }),
  (values) => ({ ...values, migration_file: `${values.checksum?.slice(-1)}${values.migration_file}`, checksum: values.checksum?.slice(0, -1) ?? null }),
); // prettier-ignore

/** Files, and a history that recorded the first of them and perhaps others, most of them as they are. */
const sites = fc
  .tuple(files, fc.nat(12), fc.array(fc.tuple(fc.nat(4), oddity), { maxLength: 2 }), fc.option(file))
  .map(([all, count, oddities, stranger]) => {
    const set = setOf(all);
    const rows = set.migrations.slice(0, count).map(asRecorded);
    for (const [fromEnd, change] of oddities) {
      const i = rows.length - 1 - fromEnd;
      if (rows[i]) rows[i] = change(rows[i]);
    }
    if (stranger && count % 3 === 0) rows.push(asRecorded(stranger));
    const unique = [...new Map(rows.map((row) => [row.migration_file, row])).values()];
    return { set, rows: unique };
  });

/** What is known of a row that was not read. */
const known = (row: HistoryRow | undefined): unknown => row && [row.file, row.state, row.checksum];

const decided = ({ row, ...status }: MigrationStatus): unknown => ({
  ...status,
  row: status.state === 'applied' ? known(row) : row,
});

/** What a run, or a health check, makes of a history. */
function consequences(set: MigrationSet, history: History): unknown {
  return POLICIES.map((policy) => {
    const { statuses, toRun, toAdopt, warnings, refusals } = planRun(set, history, policy, 'target');
    const joined = [statuses, toRun, toAdopt].map((list) => list.map(decided));
    return { joined, warnings, refusals, health: assessHealth(statuses, policy) };
  });
}

async function expectTheSamePlans(numRuns: number): Promise<{ known: number; unknown: number }> {
  const answers = { known: 0, unknown: 0 };
  await withClient(db.connectionString, async (client) => {
    const connection = connectionOn(client);
    await fc.assert(
      fc.asyncProperty(sites, async ({ set, rows }) => {
        const inserts = rows.map((row) => insertSql(scope, row));
        await client.query([`TRUNCATE ${TABLE}`, ...inserts].join('; '));
        const fast = await readHistory(connection, scope, undefined, async (ordinary) => {
          const rowsKnown = await rowsOf(Promise.resolve(set))(ordinary);
          answers[rowsKnown ? 'known' : 'unknown']++;
          return rowsKnown;
        });
        const slow = await readHistory(connection, scope);
        expect(consequences(set, fast)).toEqual(consequences(set, slow));
      }),
      { numRuns },
    );
  });
  return answers;
}

describe('a history without its ordinary rows has the same effect as the whole history', () => {
  test('in a table of ours', async () => {
    await createTable();
    const answers = await expectTheSamePlans(300);
    expect(answers.known).toBeGreaterThan(50);
    expect(answers.unknown).toBeGreaterThan(50);
  });

  test.each<[string, Record<string, string>]>([
    ['of a fixed width', { migration_file: 'char(40)', checksum: 'char(64)', error_message: 'varchar(200)' }],
    ['without a key', { migration_file: 'text' }],
    ['of bytes', { migration_file: 'text', checksum: 'bytea' }],
    ['of names', { migration_file: 'name PRIMARY KEY', origin: 'varchar(10)' }],
  ])('in a table made by hand with columns %s', async (_, types) => {
    await createTable(types);
    await expectTheSamePlans(60);
  });

  test('in a table whose names have a linguistic collation', async () => {
    const { rows } = await db.query(
      `SELECT collname FROM pg_collation WHERE collprovider = 'i' AND collname = 'en-x-icu'`,
    );
    await createTable({ migration_file: `text ${rows.length > 0 ? 'COLLATE "en-x-icu"' : ''} PRIMARY KEY` });
    expect((await expectTheSamePlans(100)).known).toBeGreaterThan(10);
  });
});

describe('rows that the server need not send', () => {
  const set = setOf([1, 2, 3].map((n) => migrationFile(`${n}_a.sql`)));
  const rowsReadOf = (isKnown: boolean): Promise<readonly HistoryRow[]> =>
    withClient(db.connectionString, async (client) => {
      const knownRows = isKnown ? rowsOf(Promise.resolve(set)) : undefined;
      return (await readHistory(connectionOn(client), scope, undefined, knownRows)).rows;
    });

  test.each([
    ['a table without some of our columns', 'migration_file text PRIMARY KEY, error_message text', ['1_a.sql']],
    ['a table of other types', 'migration_file int', ['7']],
  ])('do not matter in %s', async (_, columns, names) => {
    await db.query(
      `CREATE SCHEMA shared; CREATE TABLE ${TABLE} (${columns}); INSERT INTO ${TABLE} VALUES ('${names[0]}')`,
    );
    for (const isKnown of [true, false])
      expect((await rowsReadOf(isKnown)).map(({ file: named }) => named)).toEqual(names);
  });

  test('are not mistaken for rows in which a character moved from the checksum to the name', async () => {
    await createTable();
    const checksum = set.migrations.at(-1)?.checksum ?? '';
    const moved = { migration_file: `${checksum.slice(-1)}3_a.sql`, checksum: checksum.slice(0, -1) };
    await db.query(insertSql(scope, moved));
    const last = rowsOf(Promise.resolve(setOf(set.migrations.slice(-1))));
    const { rows } = await withClient(db.connectionString, (client) =>
      readHistory(connectionOn(client), scope, undefined, last),
    );
    expect(rows).toMatchObject([{ file: moved.migration_file, checksum: moved.checksum }]);
  });

  test('are none without a table', async () => {
    expect(await rowsReadOf(true)).toEqual([]);
  });
});
