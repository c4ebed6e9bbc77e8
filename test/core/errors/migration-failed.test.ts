import { describe, expect, test } from '@jest/globals';
import { MigrationError } from '../../../src/core/errors/errors.js';
import {
  MigrationFailedError,
  type Aftermath,
  type FailedMigration,
} from '../../../src/core/errors/migration-failed.js';
import { locate } from '../../../src/core/sql/text/position.js';

const TEXT = "-- 😀\r\nCREATE TABLE t (a int);\r\nINSERT INTO t VALUES ('é', nope);\r\n";

function failure(changes: Partial<FailedMigration> = {}): FailedMigration {
  return {
    file: '004_a.sql',
    server: { sqlstate: '42703', message: 'column "nope" does not exist' },
    location: locate(TEXT, TEXT.indexOf('nope')),
    aftermath: { kind: 'rolled-back' },
    applied: ['002_a.sql', '003_a.sql'],
    pending: ['004_a.sql', '005_a.sql'],
    ...changes,
  };
}

const message = (changes?: Partial<FailedMigration>): string => new MigrationFailedError(failure(changes)).message;
const withState = (sqlstate: string, kind: Aftermath): string =>
  message({ server: { sqlstate, message: 'no' }, aftermath: kind });

describe('the error of a failed migration', () => {
  test('reads from top to bottom: what, where, the line with a caret, what is left, what to do', () => {
    expect(message()).toBe(
      [
        'Migration failed at 004_a.sql:3:28: column "nope" does not exist (SQLSTATE 42703)',
        "    INSERT INTO t VALUES ('é', nope);",
        '                               ^',
        '  004_a.sql was rolled back as a whole; it is recorded as failed and will be tried again.',
        '  applied in this run before it: 002_a.sql, 003_a.sql',
        '  still pending: 004_a.sql, 005_a.sql',
      ].join('\n'),
    );
  });

  test('has a stable code, the data, and the cause', () => {
    const cause = new Error('of the driver');
    const given = failure();
    const error = new MigrationFailedError(given, { cause });
    expect(error).toBeInstanceOf(MigrationError);
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', name: 'MigrationFailedError', file: '004_a.sql' });
    expect(error.failure).toBe(given);
    expect(error.cause).toBe(cause);
  });

  test('names the file alone when nobody knows the place', () => {
    const text = message({ location: undefined });
    expect(text).toContain('Migration failed at 004_a.sql: column');
    expect(text).not.toContain('^');
  });

  test('shows detail, hint and context of the server, each indented', () => {
    const text = message({
      server: {
        sqlstate: 'P0001',
        message: 'no',
        detail: 'Key (a)=(1).',
        hint: 'Ask.',
        where: 'function f()\nSQL statement',
      },
    });
    expect(text.split('\n').slice(3, 7)).toEqual([
      '  detail: Key (a)=(1).',
      '  hint: Ask.',
      '  context: function f()',
      '    SQL statement',
    ]);
  });

  test('says how far a file came that runs in steps', () => {
    const text = message({ aftermath: { kind: 'partial', stepsDone: 2, stepsTotal: 5 } });
    expect(text).toMatch(/2 of its 5 steps are done and stay done; the next run goes on with the one that failed/);
    expect(text).not.toContain('rolled back');
  });

  test('does not call applied what was rolled back with it', () => {
    const text = message({ aftermath: { kind: 'all-rolled-back' } });
    expect(text).toContain('All migrations of this run were rolled back together');
    expect(text).toContain('applied in this run before it: none');
  });

  test('says nothing of a roll back when that is not known', () => {
    const text = message({ aftermath: { kind: 'unknown' } });
    expect(text).toContain('may be committed');
    expect(text).not.toContain('rolled back');
  });

  test('lists ten files at most, and counts the others', () => {
    const many = Array.from({ length: 13 }, (_, i) => `${i + 1}.sql`);
    expect(message({ applied: many, pending: many.slice(0, 10) })).toContain(
      '10.sql and 3 more\n  still pending: 1.sql, 2.sql, 3.sql, 4.sql, 5.sql, 6.sql, 7.sql, 8.sql, 9.sql, 10.sql',
    );
    expect(message({ applied: [], pending: [] })).toMatch(/before it: none\n {2}still pending: none$/);
  });

  test.each(['25001', '55P04', '2D000'])(
    'tells of the directive when the server refuses a statement late with %s',
    (sqlstate) => {
      expect(withState(sqlstate, { kind: 'rolled-back' })).toContain(
        'put the line "-- no-transaction" at the top of the file',
      );
    },
  );

  test('does not tell of the directive otherwise', () => {
    expect(withState('42703', { kind: 'rolled-back' })).not.toContain('no-transaction');
    expect(withState('25001', { kind: 'partial', stepsDone: 0, stepsTotal: 1 })).not.toContain('no-transaction');
  });
});
