import { expect, test } from '@jest/globals';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { eventsOf } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { alerts, checkOf, FILES, Pager, useDriftApplication } from './drift-application.js';

const db = useEmptyDatabase('drift_boot');
const tested = useDriftApplication(db);

test('drift that was logged at startup is not logged again by the first check, which still alerts about it', async () => {
  await tested.start();
  await tested.edit('001_a.sql', 'CREATE TABLE a (id bigint);');
  await rename(join(tested.directory, '003_b.sql'), join(tested.directory, '003_bee.sql'));
  const logger = new RecordingLogger();
  const app = await tested.start({}, { providers: [Pager] }, logger);
  const about = (file: string): string[] => logger.migrations.filter((line) => line.includes(file));
  expect(about('001_a.sql')).toHaveLength(1);
  expect(about('003_bee.sql')).toHaveLength(1);
  const events = eventsOf(app);
  await checkOf(app)();
  await checkOf(app)();
  expect(about('001_a.sql')).toHaveLength(1);
  expect(about('003_bee.sql')).toHaveLength(1);
  expect(alerts).toEqual(['Pager found CHANGED:001_a.sql']);
  expect(events.map(({ type }) => type)).toEqual(['drift-found']);
  await tested.edit('001_a.sql', FILES['001_a.sql']);
  await checkOf(app)();
  expect(logger.migrations.at(-1)).toMatch(/^log Drift resolved after [\d.]+ m?s: 001_a\.sql \[CHANGED\]$/);
});
