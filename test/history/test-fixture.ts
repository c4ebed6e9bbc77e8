import { test } from '@jest/globals';
import { testSince } from '../support/server/since-version.js';

/** Fixtures that an older server cannot run: since which version, and what it is that they use. */
const SINCE: Readonly<Record<string, readonly [major: number, what: string]>> = {
  'non-transactional/detach-partition-concurrently.sql': [14, 'DETACH PARTITION … CONCURRENTLY'],
  'non-transactional/reindex-concurrently-as-an-option.sql': [14, 'REINDEX (CONCURRENTLY)'],
  'non-transactional/reindex-of-a-partitioned-table.sql': [14, 'REINDEX of a partitioned table'],
  'non-transactional/text-begin-atomic.sql': [14, 'BEGIN ATOMIC'],
  'transactional/text-begin-atomic.sql': [14, 'BEGIN ATOMIC'],
  'cluster/subscriptions-that-grow.sql': [14, 'ADD PUBLICATION'],
  'transactional/merge.sql': [15, 'MERGE'],
  'transactional/enum-value-of-a-type-of-its-own.sql': [17, 'a new value of an enum made in the same transaction'],
};

/** A test for each fixture of a group, by its name, as far as the server can run it. */
export function testFixtures(group: string, names: readonly string[], work: (name: string) => Promise<void>): void {
  for (const name of names) {
    const since = SINCE[`${group}/${name}`];
    const register = since ? testSince(...since) : test;
    register(name, () => work(name));
  }
}
