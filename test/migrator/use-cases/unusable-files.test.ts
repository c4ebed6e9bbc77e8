import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../../../src/migrator.js';
import { run } from '../../cli/command-line.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { ask, startServing } from '../../nest/health/health-application.js';

const db = useEmptyDatabase('unusable_files');
afterEach(() => expectNoLeftovers(db));

/** `é` as Latin-1 has it, on line 2. */
const LATIN_1 = Buffer.from("-- first line\nSELECT 'caf\xe9';\n", 'latin1');
const PLACE = 'byte 0xE9 at line 2, offset 25';
const PROBLEM = `it is not valid UTF-8: ${PLACE}. Save it as UTF-8`;

/** One file applied, then one that is not UTF-8 and one that is pending. */
async function withUnusable(): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, { '1_a.sql': 'SELECT 1' });
  await observed.migrator.migrate();
  await writeFile(join(observed.directory, '2_b.sql'), LATIN_1);
  await writeFile(join(observed.directory, '3_c.sql'), 'CREATE TABLE c ()');
  return observed;
}

describe('with a file that is not UTF-8', () => {
  test('status still shows every other file, and the place of the first invalid byte', async () => {
    const { migrator } = await withUnusable();
    const { migrations, summary } = await migrator.status();
    expect(migrations.map(({ file, state, problem }) => [file, state, problem])).toEqual([
      ['1_a.sql', 'applied', undefined],
      ['2_b.sql', 'unusable', { reason: 'not-utf-8', value: PLACE }],
      ['3_c.sql', 'pending', undefined],
    ]);
    expect(summary).toMatchObject({ applied: 1, pending: 1, unusable: 1 });
    expect((await migrator.history()).map(({ file }) => file)).toEqual(['1_a.sql']);
    expect((await migrator.pending()).map(({ file }) => file)).toEqual(['3_c.sql']);
  });

  test('the command line shows the status and ends with 1', async () => {
    const { directory } = await withUnusable();
    const { code, stdout } = await run(['status', '--database-url', db.connectionString, '--dir', directory]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/unusable .*2_b\.sql/);
    expect(stdout).toContain(`2_b.sql: ${PROBLEM}`);
    expect(stdout).toContain('1 applied, 1 pending, 0 failed, 1 unusable');
  });

  test('drift has it, and health is down because of it', async () => {
    const { migrator, directory } = await withUnusable();
    expect(await migrator.drift()).toMatchObject([
      { code: 'UNUSABLE_FILE', severity: 'error', subject: '2_b.sql', reason: 'not-utf-8', detail: PLACE },
    ]);
    expect(await migrator.health()).toMatchObject({
      up: false,
      blocking: [
        { file: '2_b.sql', state: 'unusable' },
        { file: '3_c.sql', state: 'pending' },
      ],
    });
    const app = await startServing({ connectionString: db.connectionString, directory, onBootstrap: 'off' });
    expect(await ask(app)).toMatchObject({ code: 503, details: { unusable: 1 } });
  });

  test('health is down although every other file is applied', async () => {
    const { migrator, directory } = await withUnusable();
    await writeFile(join(directory, '2_b.sql'), 'SELECT 2');
    await migrator.migrate();
    expect((await migrator.health()).up).toBe(true);
    await writeFile(join(directory, '2_b.sql'), LATIN_1);
    expect(await migrator.health()).toMatchObject({ up: false, blocking: [{ file: '2_b.sql', state: 'unusable' }] });
    await expect(migrator.validate()).rejects.toThrow(`2_b.sql cannot be used: ${PROBLEM}`);
  });

  test('a run and changes of the history are refused, and plan() says why', async () => {
    const { migrator } = await withUnusable();
    for (const attempt of [() => migrator.migrate(), () => migrator.mark('3_c.sql'), () => migrator.baseline('3')]) {
      const { refusals, message } = await failureOf(attempt(), RefusedError);
      expect(refusals.map(({ code, subject }) => [code, subject])).toEqual([['UNUSABLE_FILE', '2_b.sql']]);
      expect(message).toContain(`2_b.sql cannot be used: ${PROBLEM}`);
    }
    expect((await migrator.plan()).refusals).toMatchObject([{ code: 'UNUSABLE_FILE' }]);
    await expect(migrator.validate()).rejects.toThrow('3_c.sql is pending');
    expect(await outcomes(db)).toEqual({ '1_a.sql': 'applied' });
  });

  test('saving it as UTF-8 is the way out', async () => {
    const { migrator, directory } = await withUnusable();
    await writeFile(join(directory, '2_b.sql'), LATIN_1.toString('latin1'));
    expect((await migrator.migrate()).applied).toEqual(['2_b.sql', '3_c.sql']);
  });
});
