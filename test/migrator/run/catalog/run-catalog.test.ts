import { expect, test } from '@jest/globals';
import type { MigrationEvent } from '../../../../src/core/events/events.js';
import type { TargetDatabase, TargetSession } from '../../../../src/core/ports/ports.js';
import { RunCatalog } from '../../../../src/migrator/run/catalog/run-catalog.js';

test('a failure to record in a separate session is reported once, even if closing the session fails too', async () => {
  const session = {
    catalog: { record: () => Promise.reject(new Error('no space left')), mayDiffer: async () => false },
    lock: { tryTake: async () => true },
    close: () => Promise.reject(new Error('the connection was lost')),
  } as unknown as TargetSession;
  const database = { target: { name: 'app/t' }, open: async () => session } as unknown as TargetDatabase;
  const events: MigrationEvent[] = [];
  const { signal } = new AbortController();
  const catalog = new RunCatalog(
    { database, emit: (event) => events.push(event), ignoresObject: () => false },
    'a run',
    signal,
    signal,
  );
  await catalog.begin(session, []);
  await catalog.recordAgain();
  expect(events).toMatchObject([{ type: 'catalog-not-recorded', error: 'no space left' }]);
});
