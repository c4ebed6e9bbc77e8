import { expect, test } from '@jest/globals';
import { finding } from '../../../src/core/errors/finding.js';
import { withOpenIncident } from '../../../src/postgres/companions/incidents.js';
import { withClient } from '../../support/database/database.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { useTestDatabase } from '../../support/server/use-test-database.js';

const db = useTestDatabase('incidents');
const HISTORY = { schema: 'shared', table: 'schema_migrations' };

test('an open incident of one tenant is not that of another, or of the shared files', async () => {
  const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' });
  await migrator.migrate();
  const shared = finding('CHANGED', { subject: '1.sql' });
  const [oak, elm] = ['oak', 'elm'].map((tenant) => ({ ...shared, tenant }));
  const check = { checker: 'a process', token: 'a check', isUnchecked: () => false, reminderMs: 0 };
  const open = (): Promise<readonly unknown[]> =>
    withClient(db.connectionString, (client) =>
      withOpenIncident(HISTORY, [shared, oak!, elm!], async (sql) => (await client.query(sql)).rows),
    );
  await migrator.incidents.claim([oak!], check);
  expect(await open()).toEqual([oak]);
  await migrator.incidents.claim([oak!, shared], check);
  expect(await open()).toEqual([shared, oak]);
});
