import { describe, expect, test } from '@jest/globals';
import { MigrationError } from '../../../src/core/errors/migration-error.js';
import {
  MigrationFailedError,
  type FailedMigration,
  type InTransaction,
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
    pending: ['005_a.sql', '006_a.sql'],
    ...changes,
  };
}

const message = (changes?: Partial<FailedMigration>): string => new MigrationFailedError(failure(changes)).message;

describe('the error of a failed migration', () => {
  test('reads from top to bottom: what, where, the line with a caret, what is left, what to do', () => {
    expect(message()).toBe(
      [
        'Migration failed at 004_a.sql:3:28: column "nope" does not exist (SQLSTATE 42703)',
        "    INSERT INTO t VALUES ('é', nope);",
        '                               ^',
        '  004_a.sql was rolled back as a whole; it is recorded as failed and will be tried again.',
        '  applied in this run before it: 002_a.sql, 003_a.sql',
        '  failed: 004_a.sql; still pending: 005_a.sql, 006_a.sql',
        '[MIGRATION_FAILED]',
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

  test.each<[number, number, string]>([
    [
      2,
      5,
      'the first 2 steps of 5 committed and will not be repeated; the next run continues with the step that failed.',
    ],
    [1, 5, 'the first step of 5 committed and will not be repeated; the next run continues with the step that failed.'],
    [0, 5, 'the first of its 5 steps failed; the next run continues with the step that failed.'],
    [0, 1, 'its only step failed; the next run continues with the step that failed.'],
  ])('says how far a non-transactional file came: %d of %d steps', (stepsDone, stepsTotal, expected) => {
    const text = message({ aftermath: { kind: 'partial', stepsDone, stepsTotal } });
    expect(text).toContain(`  004_a.sql cannot run in a transaction: ${expected}\n`);
    expect(text).not.toContain('rolled back');
  });

  test('does not promise what a run without records cannot keep', () => {
    const partial = message({ tracked: false, aftermath: { kind: 'partial', stepsDone: 2, stepsTotal: 5 } });
    expect(partial).toContain('the first 2 steps of 5 committed; the next run starts from the beginning.');
    const whole = message({ tracked: false });
    expect(whole).toContain('004_a.sql was rolled back as a whole.\n');
  });

  test('says why the failure could not be recorded, and does not claim that it was', () => {
    const text = message({ unrecorded: { sqlstate: '53100', message: 'disk full' } });
    expect(text).toContain('004_a.sql was rolled back as a whole.\n');
    expect(text).toContain('  The failure could not be recorded in the history: disk full (SQLSTATE 53100).\n');
  });

  test('names the invalid indexes it left, each with the statement that drops it', () => {
    const text = message({ invalidIndexes: ['public.i', 's.j'] });
    expect(text).toContain('The index public.i is left behind invalid.');
    expect(text).toContain('DROP INDEX CONCURRENTLY s.j;');
  });

  test('names the limit that was exceeded and where it was set', () => {
    const limit = { setting: 'lock_timeout', value: '5s', source: 'the option timeouts.lock' };
    const text = message({ server: { sqlstate: '55P03', message: 'canceling statement' }, limit });
    expect(text).toContain('The limit in force was lock_timeout = 5s, from the option timeouts.lock.');
    expect(text).toContain('"-- lock-timeout: 30s"');
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
      '10.sql and 3 more\n  failed: 004_a.sql; still pending: 1.sql, 2.sql, 3.sql, 4.sql, 5.sql, 6.sql, 7.sql, 8.sql, 9.sql, 10.sql',
    );
    expect(message({ applied: [], pending: [] })).toMatch(
      /before it: none\n {2}failed: 004_a\.sql; still pending: none\n\[MIGRATION_FAILED\]$/,
    );
  });

  test.each<[InTransaction, string]>([
    ['undeclared', 'put the line "-- no-transaction" at the top of the file and start again.'],
    ['own-transaction', 'remove BEGIN and COMMIT and start again.'],
    ['all', 'run this file with the option "transaction" set to "each".'],
    ['session', 'Run it with the option "lock" set to "auto", or connect to the database directly.'],
    ['nested', 'make it a statement of its own in the file.'],
  ])('says what to do when the server does not allow the statement in a transaction: %s', (inTransaction, advice) => {
    const text = message({ server: { sqlstate: '25001', message: 'no' }, inTransaction });
    expect(text).toContain(advice);
    expect(text.includes('no-transaction')).toBe(inTransaction === 'undeclared');
  });

  test('does not guess that from the SQLSTATE', () => {
    const text = message({ server: { sqlstate: '25001', message: 'no' } });
    expect(text).toMatch(/still pending: .*\n\[MIGRATION_FAILED\]$/);
  });
});
