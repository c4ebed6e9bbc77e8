import { describe, expect, test } from '@jest/globals';
import { compareFindings, findDrift, type DriftFinding } from '../../../src/core/status/drift.js';
import type { MigrationState } from '../../../src/core/status/status.js';
import { statusOf } from '../fixtures.js';

describe('findDrift', () => {
  test.each<[MigrationState, RegExp]>([
    ['changed', /^1_a\.sql was changed after it was applied: .*Restore the file.*repair/],
    ['cosmetic', /^1_a\.sql was changed after it was applied, in comments or whitespace only: .*repair/],
    ['missing', /^1_a\.sql was applied and its file is gone\. Restore/],
    ['out-of-order', /^1_a\.sql is not applied, yet sorts before migrations that are\. .*outOfOrder/],
  ])('finds a migration that is %s, with the way out', (state, message) => {
    expect(findDrift([statusOf('1_a.sql', state)])).toEqual([
      { kind: state, file: '1_a.sql', message: expect.stringMatching(message) },
    ]);
  });

  test('shows both checksums of a changed one', () => {
    const status = statusOf('1_a.sql', 'changed', { checksum: 'c3d4e5f60000' });
    const [finding] = findDrift([{ ...status, row: { ...status.row!, checksum: 'a1b2c3d40000' } }]);
    expect(finding?.message).toContain('checksum recorded a1b2c3d4…, on disk c3d4e5f6…');
  });

  test('shows both names of a renamed one', () => {
    const [finding] = findDrift([statusOf('1_new.sql', 'renamed', { recordedAs: '1_old.sql' })]);
    expect(finding).toMatchObject({
      kind: 'renamed',
      file: '1_new.sql',
      message: expect.stringMatching(/^1_new\.sql is recorded as 1_old\.sql: .*does not run again.*repair/),
    });
  });

  test('lists what an ambiguous one could be', () => {
    const [finding] = findDrift([statusOf('3_c.sql', 'ambiguous', { candidates: ['1_a.sql', '2_b.sql'] })]);
    expect(finding).toMatchObject({ kind: 'ambiguous', message: expect.stringMatching(/1_a\.sql, 2_b\.sql.*mark/) });
  });

  test.each<MigrationState>(['applied', 'unverified', 'pending', 'failed', 'running', 'ahead'])(
    'does not take %s for drift',
    (state) => {
      expect(findDrift([statusOf('1_a.sql', state)])).toEqual([]);
    },
  );

  test('keeps the order of the migrations', () => {
    const statuses = [statusOf('1_a.sql', 'missing'), statusOf('2_b.sql', 'applied'), statusOf('10_c.sql', 'changed')];
    expect(findDrift(statuses).map(({ file }) => file)).toEqual(['1_a.sql', '10_c.sql']);
  });
});

describe('compareFindings', () => {
  const changed: DriftFinding = { kind: 'changed', file: '1_a.sql', message: 'now x' };
  const missing: DriftFinding = { kind: 'missing', file: '2_b.sql', message: 'gone' };

  test.each<[string, DriftFinding[], DriftFinding[], DriftFinding[], DriftFinding[]]>([
    ['nothing new when nothing changed', [changed, missing], [missing, changed], [], []],
    ['nothing when there is nothing', [], [], [], []],
    ['what appeared', [changed], [changed, missing], [missing], []],
    ['what was resolved', [changed, missing], [changed], [], [missing]],
    [
      'another edit of the same file as new, and not as resolved',
      [changed],
      [{ ...changed, message: 'now y' }],
      [{ ...changed, message: 'now y' }],
      [],
    ],
    [
      'another kind of finding as new, and the old one as resolved',
      [changed],
      [{ ...changed, kind: 'cosmetic' }],
      [{ ...changed, kind: 'cosmetic' }],
      [changed],
    ],
    [
      'the same kind in another file as new',
      [changed],
      [{ ...changed, file: '3_c.sql', message: 'c' }],
      [{ ...changed, file: '3_c.sql', message: 'c' }],
      [changed],
    ],
  ])('tells %s', (_, before, now, appeared, resolved) => {
    expect(compareFindings(before, now)).toEqual({ appeared, resolved });
  });
});
