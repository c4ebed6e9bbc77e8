import { expect } from '@jest/globals';
import type { TestDatabase } from '../database/database.js';
import { leftoversOf, type LeftoversOptions } from './find-leftovers.js';

/**
 * Nothing may be left in the database: no advisory lock, no open transaction, no connection. The failure shows what is.
 */
export async function expectNoLeftovers(
  db: Pick<TestDatabase, 'connectionString'>,
  options: LeftoversOptions = {},
): Promise<void> {
  expect(await leftoversOf(db.connectionString, options)).toEqual([]);
}

const OURS = /of "nestjs-pg-migrations|: idle in transaction|^advisory lock/;

/**
 * What no test may leave, whatever connections of its own it still holds: an advisory lock, an open transaction, a
 * connection of the library.
 *
 * @param pooled idle connections of the library's name are then the pooler's own.
 */
export async function expectNothingOfOurs(db: Pick<TestDatabase, 'connectionString'>, pooled: boolean): Promise<void> {
  const allow = pooled ? ['nestjs-pg-migrations'] : [];
  await expectNoLeftovers(db, { allow, only: OURS, patienceMs: 10_000 });
}
