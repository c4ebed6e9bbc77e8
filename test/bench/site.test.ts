import { expect, test } from '@jest/globals';
import { fingerprintOf } from '../../bench/fingerprint.js';
import { smallFiles } from '../../bench/files/small.js';
import type { Tool } from '../../bench/tool.js';
import { Site } from '../../bench/workloads/site.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';

const db = useEmptyDatabase('site');

const tool: Tool = {
  name: 'some tool',
  adapterUrl: '',
  env: {},
  write: () => {},
  history: 'SELECT count(*) FROM recorded',
};

test('a tool that recorded too little, or left a different schema, is detected', async () => {
  const files = smallFiles(2);
  for (const { sql } of files) await db.query(sql);
  await db.query('CREATE TABLE recorded AS SELECT generate_series(1, 2)');
  const fingerprint = await fingerprintOf(db.connectionString);
  const site = await Site.make(tool, files);
  await site.verify(db.connectionString, 2, fingerprint);

  await expect(site.verify(db.connectionString, 3, fingerprint)).rejects.toThrow(
    'some tool recorded 2 migrations instead of 3.',
  );
  await db.query('DROP TABLE app.settings_2');
  await expect(site.verify(db.connectionString, 2, fingerprint)).rejects.toThrow('some tool left another schema');
  await site.remove();
});
