import { describe, expect, test } from '@jest/globals';
import { DatabaseConnectionError, DatabaseError, HistoryTableError } from '../../../src/core/errors/database-errors.js';
import {
  ConfigurationError,
  DirectoryError,
  NotUpToDateError,
  RefusedError,
  UnknownMigrationError,
} from '../../../src/core/errors/input-errors.js';
import { finding } from '../../../src/core/errors/finding.js';
import { LockInUseError, LockLostError, LockTimeoutError } from '../../../src/core/errors/lock-errors.js';
import { MigrationFailedError } from '../../../src/core/errors/migration-failed.js';
import { ERROR_CODES, MigrationError, type MigrationErrorCode } from '../../../src/core/errors/migration-error.js';
import { CheckpointError } from '../../../src/core/errors/catalog/checkpoint-error.js';
import { ScratchDatabaseError } from '../../../src/core/errors/catalog/scratch-error.js';
import { countOutcomes } from '../../../src/core/tenants/report.js';
import { RolloutStoppedError } from '../../../src/core/tenants/rollout-stopped.js';
import { InDoubtError, InterruptedError } from '../../../src/core/errors/run-errors.js';

const A = { code: 'invalid', detail: 'a' } as const;

const missing = finding('MISSING', { subject: '1_a.sql' });

const rollout = { tenants: [], counts: countOutcomes([]), warnings: [], durationMs: 1 };

const EXAMPLES: Readonly<Record<MigrationErrorCode, MigrationError>> = {
  INVALID_OPTIONS: new ConfigurationError('INVALID_OPTIONS', [A]),
  INVALID_TABLE: new ConfigurationError('INVALID_TABLE', [A]),
  INVALID_TENANTS: new ConfigurationError('INVALID_TENANTS', [A]),
  INVALID_DIRECTORY: new DirectoryError('migrations', [{ code: 'not-a-directory', systemCode: 'ENOTDIR' }]),
  REFUSED: new RefusedError([missing]),
  MIGRATION_FAILED: new MigrationFailedError({
    file: '1_a.sql',
    server: { sqlstate: '42703', message: 'no' },
    location: undefined,
    aftermath: { kind: 'rolled-back' },
    applied: [],
    pending: [],
  }),
  HISTORY_TABLE: new HistoryTableError('shared.t', 'a'),
  UNREACHABLE: new DatabaseConnectionError('UNREACHABLE', 'a'),
  CONNECTION_REFUSED: new DatabaseConnectionError('CONNECTION_REFUSED', 'a', '28P01'),
  CONNECTION_LOST: new DatabaseConnectionError('CONNECTION_LOST', 'a'),
  READ_ONLY: new DatabaseConnectionError('READ_ONLY', 'a'),
  ROLLOUT_STOPPED: new RolloutStoppedError({ ...rollout, stopped: { by: 'gate', reason: 'a' } }),
  INTERRUPTED: new InterruptedError('SIGTERM', [], [], 'before'),
  IN_DOUBT: new InDoubtError('1_a.sql', 'VACUUM'),
  LOCK_TIMEOUT: new LockTimeoutError(1, undefined, 'shared.t'),
  LOCK_LOST: new LockLostError('shared.t'),
  LOCK_IN_USE: new LockInUseError(
    { pid: 7, applicationName: null, since: null, running: null, blockedBy: [], silentMs: null },
    'shared.t',
  ),
  NOT_UP_TO_DATE: new NotUpToDateError([{ file: 'a', state: 'pending' }], 'shared.t'),
  UNKNOWN_MIGRATION: new UnknownMigrationError('a'),
  DATABASE_ERROR: new DatabaseError('a', { sqlstate: '42501', message: 'b' }),
  SCRATCH_DATABASE: new ScratchDatabaseError('a'),
  CHECKPOINT: new CheckpointError('a'),
};

describe('an error of ours', () => {
  test.each(ERROR_CODES)('has the stable code %s, at the end of its message, and the name of its class', (code) => {
    const error = EXAMPLES[code];
    expect(error).toBeInstanceOf(MigrationError);
    expect([error.code, error.name]).toEqual([code, error.constructor.name]);
    expect(error.message.endsWith(`[${code}]`)).toBe(true);
    expect(error.message.split(`[${code}]`)).toHaveLength(2);
  });
});

test('everything that is refused is listed, with line and column where there are any', () => {
  const error = new RefusedError([
    finding('NUL_CHARACTER', { subject: '1_a.sql', line: 3, column: 4 }),
    finding('NUL_CHARACTER', { subject: '2_b.sql', line: 5 }),
    missing,
  ]);
  const nul =
    'contains a NUL character, which PostgreSQL cannot read. Save the file as plain UTF-8 text. [NUL_CHARACTER]';
  expect(error.message).toBe(
    [
      'Nothing was run:',
      `  - 1_a.sql:3:4 ${nul}`,
      `  - 2_b.sql:5:1 ${nul}`,
      "  - 1_a.sql was applied, but its file is gone. Restore the file from version control; or, if it was deleted on purpose, remove its row with unmark('1_a.sql'). [MISSING]",
      '[REFUSED]',
    ].join('\n'),
  );
  expect(error.refusals).toHaveLength(3);
});

test('every problem of the options and of the directory is listed', () => {
  expect(new ConfigurationError('INVALID_OPTIONS', [A, { ...A, detail: 'b' }]).message).toMatch(
    /:\n {2}- a\n {2}- b\n\[INVALID_OPTIONS\]$/,
  );
  const unwritten = { code: 'not-written', systemCode: 'EROFS', file: '3_c.sql' } as const;
  const unreadable = { code: 'not-readable', systemCode: 'EIO' } as const;
  expect(new DirectoryError('migrations', [unreadable, unwritten]).message).toMatch(
    /migrations cannot be used:\n {2}- reading it failed with EIO\n {2}- writing 3_c\.sql failed with EROFS\n\[INVALID_DIRECTORY\]$/,
  );
});

test('what is not up to date is listed, pending and failed apart, with the way out', () => {
  const open = ['pending', 'failed', 'running', 'out-of-order', 'ambiguous'].map((state, i) => ({
    file: `${i + 1}.sql`,
    state,
  }));
  const error = new NotUpToDateError(open, 'shared.t');
  expect(error.message).toContain(
    '(history in shared.t):\n  - 1.sql is pending\n  - 2.sql is failed\n  - 3.sql is running\n  - 4.sql is out-of-order\n  - 5.sql is ambiguous\n',
  );
  expect(error.message).toContain('nest-migrations migrate');
  expect(error.pending).toEqual(['1.sql', '4.sql', '5.sql']);
  expect(error.failed).toEqual(['2.sql', '3.sql']);
});

describe('waiting for the lock in vain', () => {
  const NOTHING = { applicationName: null, since: null, running: null, blockedBy: [], silentMs: null };

  test.each([
    ['nothing known of the holder', undefined, 'of shared.t, held by another process.'],
    ['its backend', { ...NOTHING, pid: 7 }, 'of shared.t, held by backend 7.'],
    [
      'its name and time',
      { ...NOTHING, pid: 7, applicationName: 'api', since: new Date('2026-01-31T12:00:00Z') },
      'of shared.t, held by backend 7 (api), connected since 2026-01-31T12:00:00.000Z.',
    ],
    ['that it is silent', { ...NOTHING, pid: 7, silentMs: 90_000 }, 'held by backend 7, silent for 90 s.'],
    ['nothing of a short silence', { ...NOTHING, pid: 7, silentMs: 4_000 }, 'held by backend 7.'],
    ['what it runs', { ...NOTHING, pid: 7, running: '1_a.sql' }, 'held by backend 7, running 1_a.sql.'],
    [
      'and what that waits for',
      { ...NOTHING, pid: 7, running: '1_a.sql', blockedBy: [9] },
      'held by backend 7, running 1_a.sql, which waits for a lock held by backend 9.',
    ],
  ])('says who holds it: %s', (_, holder, text) => {
    const error = new LockTimeoutError(61_240, holder, 'shared.t');
    expect(error.message).toContain('Waited 61.2 s');
    expect(error.message).toContain(text);
    expect(error.message).toContain('This run applied nothing. If that process');
    expect(error.message).toContain('terminate it with "nest-migrations unlock --force". [LOCK_TIMEOUT]');
    const late = new LockTimeoutError(61_240, holder, 'shared.t', ['1.sql', '2.sql']);
    expect(late.message).toContain('This run had applied 1.sql, 2.sql. If that process');
  });
});

test('an error of the database shows what the server said', () => {
  const error = new DatabaseError('Failed while reading', {
    sqlstate: '42501',
    message: 'permission denied',
    hint: 'Grant it.',
  });
  expect(error.message).toBe(
    'Failed while reading: permission denied (SQLSTATE 42501)\n  hint: Grant it.\n[DATABASE_ERROR]',
  );
});

describe('an interrupted run', () => {
  test.each<[string, InterruptedError, string]>([
    [
      'before anything was run',
      new InterruptedError('SIGTERM', [], ['1.sql'], 'before'),
      'The run was interrupted by SIGTERM before anything was run. [INTERRUPTED]',
    ],
    [
      'between two migrations',
      new InterruptedError('SIGTERM', ['1.sql'], ['2.sql'], 'before'),
      'The run was interrupted by SIGTERM. Applied before: 1.sql. [INTERRUPTED]',
    ],
    [
      'while a migration ran',
      new InterruptedError('SIGINT', ['1.sql'], ['2.sql', '3.sql'], 'cancelled'),
      'The run was interrupted by SIGINT; the running migration was stopped. A transactional one was rolled back; a non-transactional one keeps its finished steps, and the next run continues it. Applied before: 1.sql. Still pending: 2.sql, 3.sql. [INTERRUPTED]',
    ],
    [
      'when nobody knows what is pending',
      new InterruptedError('SIGINT', [], [], 'cancelled'),
      'The run was interrupted by SIGINT; the running migration was stopped. A transactional one was rolled back; a non-transactional one keeps its finished steps, and the next run continues it. Applied before: none. Still pending: see status. [INTERRUPTED]',
    ],
    [
      'when the server did not answer any more',
      new InterruptedError('SIGINT', ['1.sql'], ['2.sql'], 'unsure'),
      'The run was interrupted by SIGINT; the server could not be asked to stop. It rolls back the running transaction when it notices; anything committed by then is in the history. [INTERRUPTED]',
    ],
  ])('says how far it came %s', (_, error, message) => {
    expect(error.message).toBe(message);
  });
});

test('a step in doubt is said with both ways out, as data too', () => {
  const error = new InDoubtError('1_a.sql', 'VACUUM t');
  expect(error).toMatchObject({ file: '1_a.sql', statement: 'VACUUM t' });
  expect(error.finding).toEqual(finding('STEP_IN_DOUBT', { subject: '1_a.sql', detail: 'VACUUM t' }));
  expect(error.message).toContain("resolve('1_a.sql', 'done')");
  expect(error.message).toContain("resolve('1_a.sql', 'again')");
});
