import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HistoryRow } from '../../../src/core/history/history.js';
import { EMPTY_CHECKSUM } from '../../../src/core/migration/migration.js';
import { compareMigrations, migrationOrder } from '../../../src/core/migration/version.js';
import { isApplied, needsRun } from '../../../src/core/status/status.js';
import { appliedRow, inMigrationOrder, migrationFile, STATES } from '../fixtures.js';
import { joined } from './joined.js';

const failed: Partial<HistoryRow> = { state: 'failed', error: 'x' };
const running: Partial<HistoryRow> = { state: 'running', error: 'running' };

test('a state is to run, applied, or one that only people can deal with, and only one of these', () => {
  expect(STATES.filter((state) => needsRun(state))).toEqual(['pending', 'out-of-order', 'failed', 'running']);
  expect(STATES.filter((state) => isApplied(state))).toEqual([
    'applied',
    'unverified',
    'cosmetic',
    'changed',
    'renamed',
    'missing',
    'ahead',
  ]);
});

const named = (item: { file: string }): string => item.file;

test('joining loses no file and no row, sorts by the comparator, and never runs what is applied', () => {
  const content = fc.constantFrom('SELECT 1;', 'SELECT 2;', 'SELECT 1; -- a', '');
  const file = fc
    .tuple(fc.nat(12), fc.constantFrom('a', 'b'), content)
    .map(([n, name, text]) => migrationFile(`${n}_${name}.sql`, text));
  const row = fc
    .tuple(file, fc.constantFrom<Partial<HistoryRow>>({}, failed, running, { checksum: null }))
    .map(([migration, changes]) => appliedRow(migration, changes));
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: named }), fc.uniqueArray(row, { selector: named }), (files, rows) => {
      const statuses = joined(files, ...rows);
      const names = statuses.map(named);
      expect(new Set([...names, ...statuses.flatMap(({ recordedAs }) => recordedAs ?? [])])).toEqual(
        new Set([...files, ...rows].map(named)),
      );
      expect(new Set(names).size).toBe(names.length);
      expect(names).toEqual(inMigrationOrder(statuses).map(named));
      for (const { file: name, onDisk } of statuses) expect(onDisk).toBe(files.some((each) => each.file === name));
      const applied = statuses.filter((status) => status.row?.state === 'applied');
      const neverRan = applied.filter(({ migration, row: recordedAs }) => {
        return migration?.hasStatements && recordedAs?.canonicalChecksum === EMPTY_CHECKSUM;
      });
      expect(applied.filter(({ state }) => needsRun(state))).toEqual(neverRan);
      const newest = inMigrationOrder(files).at(-1);
      const beforeNewest = (name: string): boolean =>
        newest !== undefined && compareMigrations(migrationOrder(name), migrationOrder(newest.file)) < 0;
      const gone = applied.filter(({ onDisk }) => !onDisk);
      expect(gone.map(({ state }) => state)).toEqual(
        gone.map(({ file: name }) => (beforeNewest(name) ? 'missing' : 'ahead')),
      );
    }),
    { numRuns: 200 },
  );
});
