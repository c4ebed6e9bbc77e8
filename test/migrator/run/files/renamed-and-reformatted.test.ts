import { afterEach, describe, expect, test } from '@jest/globals';
import { RefusedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { historyOf, outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { DRIFT_FAILS } from '../../../support/migrator/policies.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('renamed_and_reformatted');
afterEach(() => expectNoLeftovers(db));

const BEFORE = 'CREATE TABLE seen (n int); INSERT INTO seen VALUES (1);';
const AFTER = '-- Remembers what was seen.\nCREATE TABLE seen (\n  n int\n);\n\nINSERT INTO seen\nVALUES (1);\n';

const count = async (): Promise<number> => (await db.query('SELECT FROM seen')).rowCount ?? 0;

describe('an applied file that was renamed and reformatted', () => {
  test('is recognized by its canonical checksum and does not run again', async () => {
    await (await migratorOn(db, { '1_a.sql': BEFORE, '9_z.sql': 'SELECT 9' })).migrator.migrate();
    const { migrator, warnings } = await migratorOn(db, { '2_b.sql': AFTER, '9_z.sql': 'SELECT 9' });
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await count()).toBe(1);
    const { migrations } = await migrator.status();
    expect(migrations.map(({ file, state, recordedAs }) => [file, state, recordedAs])).toEqual([
      ['2_b.sql', 'renamed', '1_a.sql'],
      ['9_z.sql', 'applied', undefined],
    ]);
    expect((await migrator.drift()).map(({ code, subject, recorded }) => [code, subject, recorded])).toEqual([
      ['RENAMED', '2_b.sql', '1_a.sql'],
    ]);
    expect((await migrator.health()).up).toBe(true);
    expect(warnings()).toEqual([expect.stringMatching(/^2_b\.sql is recorded as 1_a\.sql: .*\[RENAMED\]$/)]);
  });

  test('is refused with a policy that fails, and repair() records its name and its checksum', async () => {
    await (await migratorOn(db, { '1_a.sql': BEFORE })).migrator.migrate();
    const [row] = await historyOf(db);
    const { migrator } = await migratorOn(db, { '2_b.sql': AFTER }, { policy: DRIFT_FAILS });
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals.map(({ code }) => code)).toEqual(['RENAMED']);
    expect(await migrator.repair()).toMatchObject([{ file: '2_b.sql', recordedAs: '1_a.sql' }]);
    expect(await outcomes(db)).toEqual({ '2_b.sql': 'applied' });
    const [repaired] = await historyOf(db);
    expect(repaired?.canonical_checksum).toBe(row?.canonical_checksum);
    expect(repaired?.checksum).not.toBe(row?.checksum);
    expect(await migrator.drift()).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await count()).toBe(1);
  });

  test('is another migration when a statement changed too: it is pending, and the old one is missing', async () => {
    await (await migratorOn(db, { '1_a.sql': BEFORE, '9_z.sql': 'SELECT 9' })).migrator.migrate();
    const { migrator } = await migratorOn(db, { '2_b.sql': AFTER.replace('(1)', '(2)'), '9_z.sql': 'SELECT 9' });
    const { migrations } = await migrator.status();
    expect(migrations.map(({ file, state }) => [file, state])).toEqual([
      ['1_a.sql', 'missing'],
      ['2_b.sql', 'out-of-order'],
      ['9_z.sql', 'applied'],
    ]);
  });

  test('is ambiguous when two files could be it, and nothing is run', async () => {
    await (await migratorOn(db, { '1_a.sql': BEFORE })).migrator.migrate();
    const { migrator } = await migratorOn(db, { '2_b.sql': AFTER, '3_c.sql': `${AFTER}-- a copy` });
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals.map(({ code, subject }) => [code, subject])).toEqual([
      ['AMBIGUOUS_RENAME', '2_b.sql'],
      ['AMBIGUOUS_RENAME', '3_c.sql'],
    ]);
    expect(await count()).toBe(1);
  });
});
