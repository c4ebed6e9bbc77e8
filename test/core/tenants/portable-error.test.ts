import { describe, expect, test } from '@jest/globals';
import { finding } from '../../../src/core/errors/finding.js';
import { DatabaseConnectionError } from '../../../src/core/errors/database-errors.js';
import { RefusedError } from '../../../src/core/errors/input-errors.js';
import { LockTimeoutError } from '../../../src/core/errors/lock-errors.js';
import type { MigrationError } from '../../../src/core/errors/migration-error.js';
import { MigrationFailedError } from '../../../src/core/errors/migration-failed.js';
import type { Voice } from '../../../src/core/errors/remedy.js';
import { InDoubtError, InterruptedError } from '../../../src/core/errors/run-errors.js';
import { portable, revived } from '../../../src/core/tenants/portable-error.js';

const holder = { pid: 7, applicationName: 'app', since: new Date(0), running: null, silentMs: null, blockedBy: [] };
const errors: readonly MigrationError[] = [
  new DatabaseConnectionError('UNREACHABLE', 'nobody answers: \u0001{}\u0001 <0>', '08006'),
  new InDoubtError('1_a.sql', 'CREATE INDEX'),
  new InterruptedError('SIGTERM', ['1_a.sql'], ['2_b.sql'], 'cancelled'),
  new LockTimeoutError(1_500, holder, 'app/schema_migrations'),
  new RefusedError([finding('TENANT_SCHEMA_MISSING', { subject: 'Tenant a', detail: 'a' })]),
  new MigrationFailedError(
    {
      file: '2_b.sql',
      server: { sqlstate: '25001', message: 'cannot run inside a transaction block' },
      location: { line: 1, column: 1, excerpt: 'VACUUM;\n^' },
      aftermath: { kind: 'rolled-back' },
      inTransaction: 'all',
      applied: ['1_a.sql'],
      pending: [],
    },
    { cause: new TypeError('the cause') },
  ),
];
const shouting: Voice = ({ action }) => action.toUpperCase();

describe('an error of another process', () => {
  test.each(errors.map((error) => [error.name, error] as const))('%s arrives as it was', (_, error) => {
    const arrived = revived(
      JSON.parse(JSON.stringify(portable(error))) as ReturnType<typeof portable>,
    ) as MigrationError;
    expect(arrived).toBeInstanceOf(error.constructor);
    expect(arrived).toEqual(error);
    expect(Object.fromEntries(Object.entries(arrived))).toEqual(Object.fromEntries(Object.entries(error)));
    expect([arrived.message, arrived.stack, arrived.code]).toEqual([error.message, error.stack, error.code]);
    expect(arrived.messageAs(shouting)).toBe(error.messageAs(shouting));
    expect(arrived.cause).toEqual(error.cause);
  });

  test('that is not ours keeps its name and its message', () => {
    const arrived = revived(portable(new RangeError('too many')));
    expect([arrived.name, arrived.message, arrived instanceof Error]).toEqual(['RangeError', 'too many', true]);
  });
});
