import { afterEach, describe, expect, test } from '@jest/globals';
import { HistoryTableError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { nameOf, useRoles } from './roles.js';

const db = useEmptyDatabase('missing_rights');
afterEach(() => expectNoLeftovers(db));
const newRole = useRoles(db);

const ALL = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const FILES = { '1.sql': 'SELECT 1', '2.sql': 'CREATE TABLE two ()' };

/** A role that may do everything but this, on a history that has one applied migration. */
async function roleWithout(missing: readonly string[]): Promise<string> {
  await (await migratorOn(db, { '1.sql': FILES['1.sql'] })).migrator.migrate();
  const rights = ALL.filter((right) => !missing.includes(right)).join(', ');
  return newRole(
    'GRANT USAGE ON SCHEMA shared TO',
    'GRANT USAGE, CREATE ON SCHEMA public TO',
    `GRANT ${rights} ON shared.schema_migrations TO`,
  );
}

describe('the rights on the history table are checked before the first file', () => {
  test.each([[['INSERT']], [['UPDATE']], [['DELETE']], [['INSERT', 'UPDATE', 'DELETE']]])(
    'without %s nothing is run, and the error says what to grant',
    async (missing) => {
      const url = await roleWithout(missing);
      const { migrator, events } = await migratorOn(db, FILES, { connectionString: url });
      const error = await failureOf(migrator.migrate(), HistoryTableError);
      expect(error.message).toBe(
        `The role ${nameOf(url)} is missing privileges on shared.schema_migrations (${missing.join(', ')}), so nothing could be recorded. ` +
          `Ask its owner to run: GRANT ${missing.join(', ')} ON "shared"."schema_migrations" TO "${nameOf(url)}"; [HISTORY_TABLE]`,
      );
      expect(events.map(({ type }) => type)).not.toContain('migration-started');
      expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
      expect(await relations(db)).toEqual([]);
    },
  );

  test('the statement in the error is the remedy', async () => {
    const url = await roleWithout(['UPDATE', 'DELETE']);
    const { migrator } = await migratorOn(db, FILES, { connectionString: url });
    const { message } = await failureOf(migrator.migrate(), HistoryTableError);
    await db.query(/GRANT .*;/.exec(message)?.[0] ?? 'no statement');
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
  });

  test('of the role that the option names, not of the one that logs in', async () => {
    const url = await roleWithout(['DELETE']);
    const { migrator } = await migratorOn(db, FILES, { role: nameOf(url) });
    const { message } = await failureOf(migrator.migrate(), HistoryTableError);
    expect(message).toContain(`The role ${nameOf(url)} is missing privileges on shared.schema_migrations (DELETE)`);
    expect(await relations(db)).toEqual([]);
  });

  test('changes of the history check them too', async () => {
    const url = await roleWithout(['DELETE']);
    const { migrator } = await migratorOn(db, FILES, { connectionString: url });
    await expect(migrator.mark('2.sql')).rejects.toThrow('is missing privileges on shared.schema_migrations (DELETE)');
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });

  test('where nothing is to be applied no right but SELECT is asked for', async () => {
    const url = await roleWithout(['INSERT', 'UPDATE', 'DELETE']);
    const { migrator } = await migratorOn(db, { '1.sql': FILES['1.sql'] }, { connectionString: url });
    expect(await migrator.migrate()).toMatchObject({ applied: [], alreadyApplied: 1 });
  });
});
