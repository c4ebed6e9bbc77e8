import { describe, expect, test } from '@jest/globals';
import { finding, renderFinding, type Finding, type FindingDetails } from '../../../src/core/errors/finding.js';
import type { FindingCode } from '../../../src/core/errors/finding.js';
import type { HistoryRow, StepProgress } from '../../../src/core/history/history.js';
import { compareFindings, findDrift, findEmptyDirectory } from '../../../src/core/status/findings.js';
import type { MigrationState } from '../../../src/core/status/status.js';
import { appliedRow, migrationFile, setOf, statusOf } from '../fixtures.js';

const { checksum } = migrationFile('1_a.sql');
const index = (name: string): Finding =>
  finding('INVALID_INDEX', { subject: `Index ${name}`, detail: '1_a.sql', actual: name });
const BOTH = { recorded: checksum, actual: checksum };

describe('findDrift', () => {
  test.each<[MigrationState, FindingCode, Omit<FindingDetails, 'subject'>, RegExp]>([
    ['changed', 'CHANGED', BOTH, /was changed after it was applied: .*Restore the file.*accept/],
    ['cosmetic', 'COSMETIC', BOTH, /was changed after it was applied, but only in comments or whitespace: .*accept/],
    ['missing', 'MISSING', {}, /was applied, but its file is gone\. Restore.*unmark\('1_a\.sql'\)/],
    ['out-of-order', 'OUT_OF_ORDER', {}, /has not been applied, although newer migrations have been\. .*outOfOrder/],
    [
      'unusable',
      'UNUSABLE_FILE',
      { reason: 'unreadable', detail: 'EACCES' },
      /cannot be used: reading it failed with EACCES/,
    ],
  ])('finds a migration that is %s, with the way out', (state, code, details, text) => {
    const found = findDrift([statusOf('1_a.sql', state)]);
    expect(found).toEqual([finding(code, { subject: '1_a.sql', ...details })]);
    expect(found.map(renderFinding)).toEqual([expect.stringMatching(text)]);
    expect(found.map(renderFinding)).toEqual([expect.stringMatching(new RegExp(String.raw`^1_a\.sql .*\[${code}\]$`))]);
  });

  test('shows both checksums of a changed one', () => {
    const status = statusOf('1_a.sql', 'changed');
    const [found] = findDrift([{ ...status, row: { ...status.row!, checksum: 'a1b2c3d40000' } }]);
    expect(found).toMatchObject({ recorded: 'a1b2c3d40000', actual: checksum });
    expect(renderFinding(found!)).toContain(`checksum recorded a1b2c3d4…, on disk ${checksum.slice(0, 8)}…`);
  });

  test('shows both names of a renamed one', () => {
    const [found] = findDrift([statusOf('1_new.sql', 'renamed', { recordedAs: '1_old.sql' })]);
    expect(found).toEqual(finding('RENAMED', { subject: '1_new.sql', recorded: '1_old.sql' }));
    expect(renderFinding(found!)).toMatch(/^1_new\.sql is recorded as 1_old\.sql: .*does not run again.*accept/);
  });

  test.each<MigrationState>(['failed', 'running'])('shows both names of a renamed one that is %s', (state) => {
    expect(findDrift([statusOf('1_new.sql', state, { recordedAs: '1_old.sql' })])[0]).toEqual(
      finding('RENAMED_UNFINISHED', { subject: '1_new.sql', recorded: '1_old.sql' }),
    );
  });

  test('lists what an ambiguous one could be', () => {
    const [found] = findDrift([statusOf('3_c.sql', 'ambiguous', { candidates: ['1_a.sql', '2_b.sql'] })]);
    expect(found).toEqual(finding('AMBIGUOUS_RENAME', { subject: '3_c.sql', names: ['1_a.sql', '2_b.sql'] }));
    expect(renderFinding(found!)).toMatch(/1_a\.sql, 2_b\.sql.*mark\('3_c\.sql'\)/);
  });

  const progress: StepProgress = { done: 2, total: 5, doneChecksum: 'x', next: null };

  const steps = { done: 2, total: 5 };

  test.each<[string, Partial<HistoryRow>, Pick<Finding, 'reason' | 'steps'>]>([
    ['it failed', { state: 'failed', error: 'no' }, { reason: 'failed' }],
    ['it was begun', { state: 'running', error: 'no' }, { reason: 'begun' }],
    ['it failed', { state: 'failed', error: 'no', progress: { ...progress, done: 0 } }, { reason: 'failed' }],
    ['2 of 5 steps finished', { state: 'failed', error: 'no', progress }, { reason: 'failed', steps }],
    ['2 of 5 steps finished', { state: 'running', error: 'no', progress }, { reason: 'begun', steps }],
  ])('says of an orphaned one that %s: %j', (text, changes, how) => {
    const row = appliedRow(migrationFile('1_a.sql'), changes);
    const [found] = findDrift([statusOf('1_a.sql', 'orphaned', { row })]);
    const since = row.executedAt as Date;
    expect(found).toEqual(finding('ORPHANED', { subject: '1_a.sql', ...how, recorded: 'no', since }));
    expect(renderFinding(found!)).toContain(`did not finish (${text})`);
    expect(renderFinding(found!)).toMatch(/Restore the file.*unmark\('1_a\.sql'\)/);
  });

  test('finds every invalid index, whatever the state of its migration', () => {
    const row = appliedRow(migrationFile('1_a.sql'), { invalidIndexes: ['public.i', 's.j'] });
    expect(findDrift([statusOf('1_a.sql', 'running', { row })])).toEqual([index('public.i'), index('s.j')]);
    expect(findDrift([statusOf('1_a.sql', 'missing', { row })])).toEqual([
      finding('MISSING', { subject: '1_a.sql' }),
      index('public.i'),
      index('s.j'),
    ]);
    expect(renderFinding(index('s.j'))).toMatch(/^Index s\.j is invalid: 1_a\.sql .*DROP INDEX CONCURRENTLY s\.j;/);
  });

  test.each<MigrationState>(['applied', 'pending', 'running'])('does not mistake %s for drift', (state) => {
    expect(findDrift([statusOf('1_a.sql', state)])).toEqual([]);
  });

  test.each<[MigrationState, FindingCode]>([
    ['failed', 'FAILED'],
    ['ahead', 'AHEAD'],
    ['unverified', 'UNVERIFIED'],
  ])('finds one that is %s, and says since when', (state, code) => {
    const row = appliedRow(migrationFile('1_a.sql'));
    expect(findDrift([statusOf('1_a.sql', state, { row })])).toMatchObject([{ code, since: row.executedAt }]);
  });

  test('keeps the order of the migrations', () => {
    const statuses = [statusOf('1_a.sql', 'missing'), statusOf('2_b.sql', 'applied'), statusOf('10_c.sql', 'changed')];
    expect(findDrift(statuses).map(({ subject }) => subject)).toEqual(['1_a.sql', '10_c.sql']);
  });
});

describe('findEmptyDirectory', () => {
  const unusable = [{ file: 'x.sql', problem: { reason: 'not-a-file' as const } }];

  test.each<[string, ReturnType<typeof setOf>, MigrationState[], Finding[]]>([
    ['nothing while there are migrations', setOf([migrationFile('1_a.sql')]), ['applied'], []],
    ['nothing while there are files that could be some', setOf([], unusable), ['ahead'], []],
    ['that there are none yet', setOf([]), [], [finding('NO_MIGRATIONS', { subject: 'migrations' })]],
    [
      'that there are none, and that none were applied',
      setOf([]),
      ['orphaned'],
      [finding('NO_MIGRATIONS', { subject: 'migrations' })],
    ],
    [
      'that there are none, although some were applied, and how many',
      setOf([]),
      ['ahead', 'orphaned', 'ahead'],
      [finding('EMPTY_DIRECTORY', { subject: 'migrations', detail: '2_a.sql', recorded: '2', actual: 'shared.t' })],
    ],
  ])('finds %s', (_, set, states, expected) => {
    const statuses = states.map((state, i) => statusOf(`${i}_a.sql`, state));
    expect(findEmptyDirectory(set, statuses, 'shared.t')).toEqual(expected);
  });
});

describe('compareFindings', () => {
  const changed = finding('CHANGED', { subject: '1_a.sql', recorded: 'a', actual: 'b' });
  const edited = finding('CHANGED', { subject: '1_a.sql', recorded: 'a', actual: 'c' });
  const cosmetic = finding('COSMETIC', { subject: '1_a.sql', recorded: 'a', actual: 'b' });
  const elsewhere = finding('CHANGED', { subject: '3_c.sql', recorded: 'a', actual: 'b' });
  const missing = finding('MISSING', { subject: '2_b.sql' });

  test.each<[string, Finding[], Finding[], Finding[], Finding[]]>([
    ['nothing new when nothing changed', [changed, missing], [missing, changed], [], []],
    ['nothing when there is nothing', [], [], [], []],
    ['what appeared', [changed], [changed, missing], [missing], []],
    ['what was resolved', [changed, missing], [changed], [], [missing]],
    ['another edit of the same file as new, and not as resolved', [changed], [edited], [edited], []],
    ['another kind of finding as new, and the old one as resolved', [changed], [cosmetic], [cosmetic], [changed]],
    ['the same kind in another file as new', [changed], [elsewhere], [elsewhere], [changed]],
  ])('shows %s', (_, before, now, appeared, resolved) => {
    expect(compareFindings(before, now)).toEqual({ appeared, resolved });
  });
});
