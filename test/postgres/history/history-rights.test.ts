import { afterEach, describe, expect, test } from '@jest/globals';
import { DatabaseError, HistoryTableError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { files } from './history-files.js';
import { nameOf, useRoles } from './roles.js';

const db = useEmptyDatabase('history_rights');
afterEach(() => expectNoLeftovers(db));
const newRole = useRoles(db);

describe('a role without the rights', () => {
  test('to read a table that another role made gets an error that says what to ask for', async () => {
    await db.query('CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text)');
    const role = await newRole('GRANT USAGE ON SCHEMA shared TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    const error = await failureOf(migrator.status(), DatabaseError);
    expect(error.server).toMatchObject({
      sqlstate: '42501',
      hint: expect.stringMatching(new RegExp(`GRANT SELECT .* TO "${nameOf(role)}";`)),
    });
  });

  test('to create the schema gets an error that says what to ask for; nothing is changed', async () => {
    const role = await newRole();
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    const error = await failureOf(migrator.migrate(), HistoryTableError);
    expect(error.message).toContain('is not allowed to create the schema shared');
    expect(error.message).toContain(`CREATE SCHEMA "shared" AUTHORIZATION "${nameOf(role)}";`);
    expect(await relations(db)).toEqual([]);
  });

  test('to create the table gets an error that says what to ask for', async () => {
    await db.query('CREATE SCHEMA shared');
    const role = await newRole('GRANT USAGE ON SCHEMA shared TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    const error = await failureOf(migrator.migrate(), HistoryTableError);
    expect(error.message).toContain(`GRANT CREATE, USAGE ON SCHEMA "shared" TO "${nameOf(role)}";`);
  });

  test('to write anything can still read status, plan, history and health', async () => {
    await (await migratorOn(db, files)).migrator.migrate();
    const role = await newRole('GRANT USAGE ON SCHEMA shared TO', 'GRANT SELECT ON shared.schema_migrations TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    expect((await migrator.status()).summary.applied).toBe(3);
    expect((await migrator.plan()).migrations).toEqual([]);
    expect(await migrator.history()).toHaveLength(3);
    expect((await migrator.health()).up).toBe(true);
    expect((await migrator.migrate()).applied).toEqual([]);
  });
});
