import { describe, expect, jest, test } from '@jest/globals';
import type { TestDatabase, TestHooks } from '../../src/testing.js';
import { query } from '../support/database/database.js';
import { databasesOn, exists, ownMigrations, templatesMadeBy } from './databases-on.js';

/** A test runner that the test drives by hand. */
class Runner implements TestHooks {
  before = async (): Promise<void> => {};
  after = async (..._context: unknown[]): Promise<void> => {};
  end = async (): Promise<void> => {};
  beforeEach = (hook: Runner['before']): unknown => (this.before = hook);
  afterEach = (hook: Runner['after']): unknown => (this.after = hook);
  afterAll = (hook: Runner['end']): unknown => (this.end = hook);
}

describe('forEachTest', () => {
  test('gives each test a database, and keeps the database of a test that Vitest reports as failed', async () => {
    const printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const runner = new Runner();
    const current = databasesOn({ directory: await ownMigrations() }).forEachTest(runner);
    await templatesMadeBy(async () => {
      expect(current).toThrow('only while a test runs');
      const databases: TestDatabase[] = [];
      for (const state of ['pass', 'fail', 'pass']) {
        await runner.before();
        databases.push(current());
        await runner.after({ task: { result: { state } } });
      }
      await runner.end();
      const names = databases.map(({ name }) => name);
      expect(new Set(names).size).toBe(3);
      expect(await Promise.all(names.map(exists))).toEqual([false, true, false]);
      expect(printed.mock.calls.flat().join('')).toContain(names[1]);
      await query(`DROP DATABASE ${names[1]}`);
    });
    jest.restoreAllMocks();
  });

  test('uses global hooks, and says what to do if there are none', async () => {
    const databases = databasesOn({ directory: await ownMigrations() });
    const { beforeEach } = globalThis as Partial<TestHooks>;
    Object.assign(globalThis, { beforeEach: undefined });
    try {
      expect(() => databases.forEachTest()).toThrow('{ beforeEach, afterEach, afterAll }');
    } finally {
      Object.assign(globalThis, { beforeEach });
    }
  });
});
