import { describe, expect, test } from '@jest/globals';
import {
  findObsolete,
  findRepairable,
  removalAction,
  repairAction,
  type RepairAction,
} from '../../../src/core/status/repair.js';
import type { HistoryRow, StepProgress } from '../../../src/core/history/history.js';
import type { MigrationState, MigrationStatus } from '../../../src/core/status/status.js';
import { joinStatuses } from '../../../src/core/status/status.js';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';
import { appliedRow, bareRow, migrationFile, setOf, statusOf } from '../fixtures.js';
import { joined } from './joined.js';

const actions = (statuses: readonly MigrationStatus[]): RepairAction[] => findRepairable(statuses).map(repairAction);

describe('an obsolete failure', () => {
  const failed = { ...bareRow('1_a.sql'), state: 'failed', error: 'oops' } as const;
  const gone = (changes: Partial<HistoryRow>): MigrationStatus[] => joined([], { ...failed, ...changes });
  const progress: StepProgress = { done: 0, total: 2, doneChecksum: '', next: null };

  test('failed in a transaction, and its file is gone', () => {
    expect(findObsolete({ set: setOf([]), statuses: gone({}), rows: [] }).map(removalAction)).toEqual([
      { kind: 'remove', file: '1_a.sql', recordedAs: '1_a.sql', from: 'failed', to: 'removed' },
    ]);
  });

  test.each<[string, MigrationStatus[]]>([
    ['ran in steps', gone({ progress })],
    ['may still run', gone({ state: 'running' })],
    ['left an invalid index', gone({ invalidIndexes: ['i'] })],
    ['was applied', gone({ state: 'applied', error: null })],
    ['still has its file', joined([migrationFile('1_a.sql')], failed)],
  ])('is not one that %s', (_, statuses) => {
    expect(findObsolete({ set: setOf([]), statuses, rows: [] })).toEqual([]);
  });

  test('is that of a checkpoint, as soon as another file has been applied', () => {
    const [a, b] = [migrationFile('1_a.sql'), migrationFile('2_b.sql')];
    const checkpoint = migrationFile('1_checkpoint.sql', checkpointOf({ '1_a.sql': a.text }, 'SELECT 1;'));
    const set = setOf([a, b, checkpoint]);
    const row = { ...failed, file: checkpoint.file };
    const basis = (...rows: HistoryRow[]) => ({ set, statuses: joinStatuses(set, { rows }), rows });
    expect(findObsolete(basis(appliedRow(a), row))).toEqual([row]);
    expect(findObsolete(basis(row))).toEqual([]);
    expect(findObsolete(basis(appliedRow(a), { ...row, state: 'running' }))).toEqual([]);
    expect(findObsolete(basis(appliedRow(checkpoint)))).toEqual([]);
    expect(findObsolete(basis(appliedRow(a), { ...failed, file: b.file }))).toEqual([]);
  });
});

describe('a repair', () => {
  test.each<[string, string, string]>([
    ['changed', 'SELECT 1;', 'SELECT 2;'],
    ['cosmetic', 'SELECT 1;', 'SELECT 1; -- a'],
  ])('adopts the checksum of a file that is %s', (_, before, now) => {
    const recorded = migrationFile('1_a.sql', before);
    const file = migrationFile('1_a.sql', now);
    expect(actions(joined([file], appliedRow(recorded)))).toEqual([
      { kind: 'checksum', file: '1_a.sql', recordedAs: '1_a.sql', from: recorded.checksum, to: file.checksum },
    ]);
  });

  test('gives a checksum to a row that has none', () => {
    const file = migrationFile('1_a.sql');
    expect(actions(joined([file], bareRow('1_a.sql')))).toMatchObject([
      { kind: 'checksum', from: null, to: file.checksum },
    ]);
  });

  test('records the new name of a renamed file', () => {
    const file = migrationFile('2_new.sql', 'SELECT 1;');
    const old = migrationFile('2_old.sql', 'SELECT 1;');
    expect(actions(joined([file], appliedRow(old)))).toEqual([
      { kind: 'name', file: '2_new.sql', recordedAs: '2_old.sql', from: file.checksum, to: file.checksum },
    ]);
  });

  test.each<MigrationState>([
    'applied',
    'pending',
    'out-of-order',
    'failed',
    'running',
    'missing',
    'ahead',
    'ambiguous',
    'orphaned',
    'unusable',
  ])('leaves alone what is %s', (state) => {
    expect(actions([statusOf('1_a.sql', state)])).toEqual([]);
  });
});
