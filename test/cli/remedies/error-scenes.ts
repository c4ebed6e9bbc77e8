import { rename } from 'node:fs/promises';
import type { MigrationErrorCode } from '../../../src/core/errors/migration-error.js';
import { A, CHANGED, COMMITS, none, STEP_IN_DOUBT } from './finding-scenes.js';
import { inOrder, lockHeld, migrated, query, type Scene } from './stage.js';

/** By the code of an error, how to cause its message, if it suggests a command or a flag. */
export const ERROR_SCENES: Readonly<Record<MigrationErrorCode, Scene | undefined>> = {
  INVALID_OPTIONS: none,
  INVALID_TABLE: none,
  INVALID_TENANTS: none,
  ROLLOUT_STOPPED: none,
  INVALID_DIRECTORY: {
    files: A,
    set: ({ directory }) => rename(directory, `${directory}-moved`),
    command: ['status'],
    names: ['--dir'],
    value: ({ directory }) => `${directory}-moved`,
  },
  REFUSED: CHANGED,
  MIGRATION_FAILED: {
    files: { '1.sql': 'SELECT 1; CALL p();' },
    set: query(COMMITS),
    command: ['migrate', '--transaction', 'all'],
    names: ['migrate --transaction each'],
  },
  HISTORY_TABLE: {
    files: A,
    set: query('CREATE TABLE public.taken (version bigint, dirty boolean)'),
    command: ['migrate', '--table', 'public.taken'],
    names: ['--table'],
    value: () => 'public.free',
  },
  UNREACHABLE: none,
  CONNECTION_REFUSED: none,
  CONNECTION_LOST: none,
  READ_ONLY: none,
  INTERRUPTED: none,
  IN_DOUBT: STEP_IN_DOUBT,
  LOCK_TIMEOUT: {
    files: A,
    set: lockHeld,
    command: ['migrate', '--migration-lock-timeout', '0'],
    names: ['unlock --force --migration-lock-timeout 0'],
  },
  LOCK_LOST: none,
  LOCK_IN_USE: { files: A, set: lockHeld, command: ['unlock', '--yes'], names: ['unlock --force'] },
  NOT_UP_TO_DATE: { files: A, command: ['wait', '--timeout', '0'], names: ['migrate'] },
  UNKNOWN_MIGRATION: none,
  DATABASE_ERROR: none,
  CHECKPOINT: none,
  SCRATCH_DATABASE: {
    files: { '1.sql': 'CREATE TABLE a (mail citext);' },
    set: inOrder(query('CREATE EXTENSION citext'), migrated),
    command: ['verify'],
    names: ['--extension citext', '--skip 1.sql'],
    ways: [[0]],
  },
};
