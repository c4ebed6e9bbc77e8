import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { query, serverUrl } from '../support/database/database.js';
import { childEnvironment, typescriptArguments } from '../support/programs/process.js';
import { until } from '../support/jest/until.js';
import { databasesOn, exists, ownMigrations, templatesMadeBy } from './databases-on.js';

const CHILD = new URL('create-and-wait.child.ts', import.meta.url).pathname;

describe('the next process', () => {
  test('drops the databases of a killed process, and not those of a running one', async () => {
    const directory = await ownMigrations();
    await templatesMadeBy(async () => {
      const child = spawn(process.execPath, [...typescriptArguments, CHILD, serverUrl(), directory], {
        env: childEnvironment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [printed] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
      const theirs = printed.trim();
      const ours = await databasesOn({ directory }).create();
      const areThere = await Promise.all([exists(theirs), exists(ours.name)]);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(areThere).toEqual([true, true]);
      await until(async () => {
        await databasesOn({ directory }).create(); // the server needs a moment to notice
        return !(await exists(theirs));
      });
      expect(await exists(ours.name)).toBe(true);
    });
  });

  test.each([
    ['drops a template that was not used for a week', 8, false],
    ['leaves one that was used since', 6, true],
  ])('%s', async (_, days, remains) => {
    const [template] = await templatesMadeBy(async () => databasesOn({ directory: await ownMigrations() }).create());
    await stampBefore(template?.name ?? '', days);
    await databasesOn({ directory: await ownMigrations() }).createEmpty();
    expect(await exists(template?.name ?? '')).toBe(remains);
  });

  test.each([
    ['drops a kept database after a day', 2, false],
    ['leaves it until then', 0.9, true],
  ])('%s', async (_, days, remains) => {
    const name = 'nestjs_pg_migrations_test_0123456789ab_1';
    await query(`CREATE DATABASE ${name}`);
    await stampBefore(name, days);
    await databasesOn({ directory: await ownMigrations() }).createEmpty();
    expect(await exists(name)).toBe(remains);
    await query(`DROP DATABASE IF EXISTS ${name}`);
  });

  test('leaves databases whose names only look like ours', async () => {
    const names = [
      'nestjs_pg_migrations_test_mine',
      'nestjs_pg_migrations_template_x',
      'xnestjs_pg_migrations_test_0123456789ab_1',
    ];
    for (const name of names) await query(`CREATE DATABASE ${name}`);
    await databasesOn({ directory: await ownMigrations() }).createEmpty();
    expect(await Promise.all(names.map(exists))).toEqual([true, true, true]);
    for (const name of names) await query(`DROP DATABASE ${name}`);
  });
});

async function stampBefore(database: string, days: number): Promise<void> {
  const stamp = new Date(Date.now() - days * 24 * 3600 * 1000).toISOString();
  await query(`COMMENT ON DATABASE ${database} IS '${stamp}'`);
}
