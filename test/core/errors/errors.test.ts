import { describe, expect, test } from '@jest/globals';
import {
  ConfigurationError,
  DatabaseConnectionError,
  DatabaseError,
  DirectoryError,
  LockTimeoutError,
  MigrationError,
  NotUpToDateError,
  RefusedError,
  UnknownMigrationError,
} from '../../../src/core/errors/errors.js';

describe('an error of ours', () => {
  test.each<[string, MigrationError]>([
    ['INVALID_OPTIONS', new ConfigurationError('INVALID_OPTIONS', ['a'])],
    ['INVALID_TABLE', new ConfigurationError('INVALID_TABLE', ['a'])],
    ['INVALID_DIRECTORY', new DirectoryError('migrations', ['a'])],
    ['REFUSED', new RefusedError([{ file: 'a', reason: 'b' }])],
    ['NOT_UP_TO_DATE', new NotUpToDateError(['a'], [], 'shared.t')],
    ['UNKNOWN_MIGRATION', new UnknownMigrationError('a')],
    ['LOCK_TIMEOUT', new LockTimeoutError(1, undefined, 'shared.t')],
    ['CONNECTION_LOST', new DatabaseConnectionError('CONNECTION_LOST', 'a')],
    ['DATABASE_ERROR', new DatabaseError('a', { sqlstate: '42501', message: 'b' })],
  ])('has the stable code %s and the name of its class', (code, error) => {
    expect(error).toBeInstanceOf(MigrationError);
    expect([error.code, error.name]).toEqual([code, error.constructor.name]);
  });
});

test('everything that is refused is listed, with line and column where there are any', () => {
  const error = new RefusedError([
    { file: '1_a.sql', line: 3, column: 4, reason: 'no' },
    { file: '2_b.sql', line: 5, reason: 'nor this' },
    { file: '3_c.sql', reason: 'nor that' },
  ]);
  expect(error.message).toBe('Nothing was run:\n  - 1_a.sql:3:4: no\n  - 2_b.sql:5:1: nor this\n  - 3_c.sql: nor that');
  expect(error.refusals).toHaveLength(3);
});

test('every problem of the options and of the directory is listed', () => {
  expect(new ConfigurationError('INVALID_OPTIONS', ['a', 'b']).message).toMatch(/:\n {2}- a\n {2}- b$/);
  expect(new DirectoryError('migrations', ['a', 'b']).message).toMatch(/migrations cannot be used:\n {2}- a\n {2}- b$/);
});

test('what is not up to date is listed, pending and failed apart, with the way out', () => {
  const { message } = new NotUpToDateError(['1_a.sql'], ['2_b.sql'], 'shared.t');
  expect(message).toContain('(history in shared.t):\n  - 1_a.sql is pending\n  - 2_b.sql failed or is running\n');
  expect(message).toContain('nest-migrations migrate');
});

describe('waiting for the lock in vain', () => {
  const NOTHING = { applicationName: null, since: null, running: null, blockedBy: [] };

  test.each([
    ['nothing known of the holder', undefined, 'of shared.t, which another process holds.'],
    ['its backend', { ...NOTHING, pid: 7 }, 'which backend 7 holds.'],
    [
      'its name and time',
      { ...NOTHING, pid: 7, applicationName: 'api', since: new Date('2026-01-31T12:00:00Z') },
      'which backend 7 (api) holds, connected since 2026-01-31T12:00:00.000Z.',
    ],
    ['what it runs', { ...NOTHING, pid: 7, running: '1_a.sql' }, 'which backend 7 holds; it is running 1_a.sql.'],
    [
      'and what that waits for',
      { ...NOTHING, pid: 7, running: '1_a.sql', blockedBy: [9] },
      'it is running 1_a.sql, which waits for a lock that backend 9 holds.',
    ],
  ])('says who holds it: %s', (_, holder, text) => {
    const error = new LockTimeoutError(61_240, holder, 'shared.t');
    expect(error.message).toContain('Waited 61.2 s');
    expect(error.message).toContain(text);
    expect(error.message).toContain('Nothing was run here');
    const late = new LockTimeoutError(61_240, holder, 'shared.t', ['1.sql', '2.sql']);
    expect(late.message).toContain('Applied here before: 1.sql, 2.sql. When that process');
  });
});

test('an error of the database shows what the server said', () => {
  const error = new DatabaseError('Failed while reading', {
    sqlstate: '42501',
    message: 'permission denied',
    hint: 'Grant it.',
  });
  expect(error.message).toBe('Failed while reading: permission denied (SQLSTATE 42501)\n  hint: Grant it.');
});
