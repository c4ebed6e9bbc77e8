import { beforeEach, describe, expect, test } from '@jest/globals';
import { EXAMPLE_SCHEMA } from '../../../src/core/lint/model/example-schema.js';
import type { LockClaim } from '../../../src/core/lint/model/rule.js';
import { splitLexically } from '../../../src/core/sql/statements/split.js';
import { RULES } from '../../../src/core/lint/registry.js';
import type { LockMode } from '../../../src/core/lint/syntax/lock-modes.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { locksInTransaction, locksWhileWaiting, type SeenLocks } from './seen-locks.js';

const db = useEmptyDatabase('claims');

/** What makes a statement wait that is about to take a lock. */
const CONFLICTING: { readonly [Mode in LockMode]?: LockMode } = {
  'ACCESS EXCLUSIVE': 'ACCESS SHARE',
  'SHARE UPDATE EXCLUSIVE': 'SHARE UPDATE EXCLUSIVE',
  'ROW EXCLUSIVE': 'SHARE',
};

const TABLES = ['customers', 'orders', 'totals'];
const RUNS_ALONE = /CONCURRENTLY (?!totals;)|^VACUUM|^-- no-transaction/;

/** What the server shows while the text runs. */
async function locksDuring(sql: string, claims: readonly LockClaim[]): Promise<SeenLocks> {
  const [first] = claims;
  if (!RUNS_ALONE.test(sql)) return locksInTransaction(db, sql);
  if (!first) return {};
  // A concurrent build takes its locks, and then waits for everybody who writes.
  const mode = sql.includes('CONCURRENTLY') ? 'ROW EXCLUSIVE' : CONFLICTING[first.mode];
  return locksWhileWaiting(db, sql, `${first.on} IN ${mode} MODE`, (seen) => claims.every(({ on }) => on in seen));
}

async function runSeparately(sql: string): Promise<void> {
  for (const { start, end } of splitLexically(sql)) await db.query(sql.slice(start, end));
}

const asSeen = (claims: readonly LockClaim[]): object => Object.fromEntries(claims.map(({ on, mode }) => [on, mode]));

describe.each(RULES.filter(({ docs }) => docs.example !== undefined))('$name', ({ docs }) => {
  beforeEach(() => db.query(EXAMPLE_SCHEMA + (docs.setup ?? '')));

  test('locks what its documentation says', async () => {
    const seen = await locksDuring(docs.example ?? '', docs.locks);
    expect(seen).toMatchObject(asSeen(docs.locks));
    const shut = TABLES.filter((table) => seen[table] === 'ACCESS EXCLUSIVE');
    const claimed = docs.locks.filter(({ mode }) => mode === 'ACCESS EXCLUSIVE').map(({ on }) => on);
    expect(shut.filter((table) => !claimed.includes(table))).toEqual([]);
  });

  test('is rewritten to statements that lock what its documentation says', async () => {
    const seen: SeenLocks[] = [];
    for (const { sql, locks = [] } of docs.rewrite) {
      seen.push(await locksDuring(sql, locks));
      if (!RUNS_ALONE.test(sql) || locks.length === 0) await runSeparately(sql);
    }
    expect(seen).toMatchObject(docs.rewrite.map(({ locks = [] }) => asSeen(locks)));
  });
});
