import { expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('catalog_values');

const FILES = { '1.sql': "CREATE TABLE calls (api_key text DEFAULT '{{api_key}}')" };
const placeholders = { api_key: 'k3y-of-the-api' };

test('findings about the catalog mask the values of placeholders', async () => {
  const { migrator } = await migratorOn(db, FILES, { placeholders });
  await migrator.migrate();
  await migrator.recorded();
  await db.query('DROP TABLE calls');
  for (const [found] of [await migrator.drift({ diff: true }), (await migrator.verify({ diff: true })).findings]) {
    expect(found).toMatchObject({ subject: 'Table public.calls' });
    expect(JSON.stringify(found)).toContain('***');
    expect(JSON.stringify(found)).not.toContain('k3y-of-the-api');
  }
});
