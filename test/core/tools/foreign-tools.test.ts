import { describe, expect, test } from '@jest/globals';
import { FOREIGN_HISTORIES } from '../../../src/core/tools/foreign-tools.js';
import { FOREIGN_TOOLS, type ForeignTool } from '../../../src/core/tools/names.js';
import type { ForeignMigration, ForeignRow } from '../../../src/core/tools/history.js';

const AT = '2024-01-31T12:00:00+00:00';

const applied = (tool: ForeignTool, rows: readonly ForeignRow[]): unknown => FOREIGN_HISTORIES[tool].applied(rows);
/** Labels of what is applied. */
const labels = (tool: ForeignTool, rows: readonly ForeignRow[]): string[] =>
  (applied(tool, rows) as ForeignMigration[]).map(({ label }) => label);

const flyway = (version: string | null, type: string, script: string, success = 'true'): ForeignRow => ({
  version,
  type,
  script,
  success,
  installed_on: AT,
});
const prisma = (name: string, finished: string | null, rolledBack: string | null = null): ForeignRow => ({
  migration_name: name,
  finished_at: finished,
  rolled_back_at: rolledBack,
});
const goose = (version: string, isApplied: string, at = AT): ForeignRow => ({
  version_id: version,
  is_applied: isApplied,
  tstamp: at,
});

test.each(FOREIGN_TOOLS)('an empty table of %s means that nothing is applied', (tool) => {
  expect(applied(tool, [])).toEqual([]);
});

describe('golang-migrate', () => {
  test('is at one version, and everything below it is applied too', () => {
    expect(applied('golang-migrate', [{ version: '7', dirty: 'false' }])).toEqual([
      { label: 'version 7', version: '7', upTo: true, appliedAt: null },
    ]);
  });

  test.each(['7', '-1'])('cannot tell what is applied when it is dirty at version %s', (version) => {
    expect(applied('golang-migrate', [{ version, dirty: 'true' }])).toEqual({
      problem: expect.stringContaining(`version ${version} is dirty`),
    });
  });
});

describe('Flyway', () => {
  test.each<[string, ForeignRow[], string[]]>([
    [
      'counts what succeeded',
      [flyway('1', 'SQL', 'V1__a.sql'), flyway('2', 'SQL', 'V2__b.sql')],
      ['V1__a.sql', 'V2__b.sql'],
    ],
    ['does not count what failed', [flyway('1', 'SQL', 'V1__a.sql', 'false')], []],
    ['does not count the making of schemas', [flyway(null, 'SCHEMA', '"app"')], []],
    ['counts migrations of other languages', [flyway('1', 'JDBC', 'db.migration.V1__A')], ['db.migration.V1__A']],
    [
      'counts a repeatable migration once',
      [flyway(null, 'SQL', 'R__v.sql'), flyway(null, 'SQL', 'R__v.sql')],
      ['R__v.sql'],
    ],
    ['does not count what was undone', [flyway('1', 'SQL', 'V1__a.sql'), flyway('1', 'UNDO_SQL', 'U1__a.sql')], []],
    [
      'counts what failed to be undone',
      [flyway('1', 'SQL', 'V1__a.sql'), flyway('1', 'UNDO_SQL', 'U1__a.sql', 'false')],
      ['V1__a.sql'],
    ],
    [
      'counts what was undone and applied again',
      [flyway('1', 'SQL', 'V1__a.sql'), flyway('1', 'UNDO_SQL', 'U1__a.sql'), flyway('1', 'SQL', 'V1__a.sql')],
      ['V1__a.sql'],
    ],
    [
      'does not count what was marked as deleted',
      [flyway('1', 'SQL', 'V1__a.sql'), flyway('1', 'DELETE', 'V1__a.sql')],
      [],
    ],
  ])('%s', (_, rows, expected) => {
    expect(labels('flyway', rows)).toEqual(expected);
  });

  test.each(['BASELINE', 'SQL_BASELINE', 'INIT'])('counts everything up to a %s', (type) => {
    expect(applied('flyway', [flyway('3', type, '<< Flyway Baseline >>')])).toEqual([
      { label: 'baseline 3', version: '3', upTo: true, marker: true, appliedAt: AT },
    ]);
  });
});

describe('Prisma', () => {
  test.each<[string, ForeignRow[], string[]]>([
    ['counts what finished', [prisma('1_a', AT)], ['1_a/migration.sql']],
    ['does not count what failed', [prisma('1_a', null)], []],
    ['does not count what was rolled back', [prisma('1_a', null, AT)], []],
    ['does not count what finished and was rolled back', [prisma('1_a', AT, AT)], []],
    [
      'counts what was rolled back and applied again',
      [prisma('1_a', null, AT), prisma('1_a', AT)],
      ['1_a/migration.sql'],
    ],
  ])('%s', (_, rows, expected) => {
    expect(labels('prisma', rows)).toEqual(expected);
  });
});

describe('goose', () => {
  test.each<[string, ForeignRow[], string[]]>([
    ['does not count the version 0 that it begins with', [goose('0', 'true'), goose('1', 'true')], ['version 1']],
    ['does not count what was taken back', [goose('1', 'true'), goose('1', 'false')], []],
    [
      'counts what was taken back and applied again',
      [goose('1', 'true'), goose('1', 'false'), goose('1', 'true')],
      ['version 1'],
    ],
  ])('%s', (_, rows, expected) => {
    expect(labels('goose', rows)).toEqual(expected);
  });

  test('gives the time of the last run of a version', () => {
    const rows = [goose('1', 'true', '2024-01-01T00:00:00Z'), goose('1', 'false'), goose('1', 'true', AT)];
    expect(applied('goose', rows)).toEqual([{ label: 'version 1', version: '1', appliedAt: AT }]);
  });
});

describe('the others', () => {
  test.each<[ForeignTool, ForeignRow, ForeignMigration[]]>([
    ['node-pg-migrate', { name: '1_a', run_on: AT }, [{ label: '1_a', name: '1_a', appliedAt: AT }]],
    ['knex', { name: '1_a.js', migration_time: AT }, [{ label: '1_a.js', name: '1_a.js', appliedAt: AT }]],
    ['knex', { name: '1_a.js', migration_time: null }, [{ label: '1_a.js', name: '1_a.js', appliedAt: null }]],
    ['dbmate', { version: '007' }, [{ label: 'version 007', version: '007', appliedAt: null }]],
    [
      'sqlx',
      { version: '7', success: 'true', installed_on: AT },
      [{ label: 'version 7', version: '7', appliedAt: AT }],
    ],
    ['sqlx', { version: '7', success: 'false', installed_on: AT }, []],
    [
      'typeorm',
      { timestamp: '1706700000123', name: 'CreateUsers1706700000123' },
      [{ label: 'CreateUsers1706700000123', version: '1706700000123', appliedAt: null }],
    ],
  ])('%s: %j', (tool, row, expected) => {
    expect(applied(tool, [row])).toEqual(expected);
  });
});
