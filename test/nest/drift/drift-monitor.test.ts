import { describe, expect, test } from '@jest/globals';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from '../../support/database.js';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { startPrivateServer } from '../../support/private-server.js';
import { eventsOf } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { alerts, FILES, lookOf, Pager, useDriftApplication } from './drift-application.js';

const db = useEmptyDatabase('drift_monitor');
const tested = useDriftApplication(db);
const { edit, start } = tested;

describe('a look', () => {
  test('alerts when something is found, when it changes, and when it is resolved; not at every look', async () => {
    const look = lookOf(await start({}, { providers: [Pager] }));
    const told = async (): Promise<string[]> => {
      await look();
      return alerts.splice(0);
    };
    expect(await told()).toEqual([]);
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    expect(await told()).toEqual(['Pager found changed:001_a.sql']);
    expect(await told()).toEqual([]);
    await edit('001_a.sql', 'CREATE TABLE a (id text);');
    expect(await told()).toEqual(['Pager found changed:001_a.sql']);
    await rm(join(tested.directory, '003_b.sql'));
    expect(await told()).toEqual(['Pager found missing:003_b.sql']);
    await edit('001_a.sql', FILES['001_a.sql']);
    expect(await told()).toEqual(['Pager resolved changed:001_a.sql']);
    await edit('003_b.sql', FILES['003_b.sql']);
    expect(await told()).toEqual(['Pager resolved missing:003_b.sql']);
    expect(await told()).toEqual([]);
  });

  test('finds what is changed, renamed, missing and out of order, and logs it', async () => {
    const logger = new RecordingLogger();
    const app = await start({}, {}, logger);
    await edit('001_a.sql', `-- a comment\n${FILES['001_a.sql']}`);
    await rename(join(tested.directory, '003_b.sql'), join(tested.directory, '003_bee.sql'));
    await edit('004_late.sql', 'SELECT 1;');
    const events = eventsOf(app);
    await lookOf(app)();
    expect(events).toMatchObject([
      {
        type: 'drift-found',
        findings: [
          { kind: 'cosmetic', file: '001_a.sql' },
          { kind: 'renamed', file: '003_bee.sql' },
          { kind: 'out-of-order', file: '004_late.sql' },
        ],
      },
    ]);
    const logged = logger.migrations.filter((line) => line.startsWith('warn Drift: '));
    expect(logged).toHaveLength(3);
    expect(logged[1]).toContain('003_bee.sql is recorded as 003_b.sql');
  });

  test('of another release ahead of this one is no drift', async () => {
    const app = await start({}, { providers: [Pager] });
    await rm(join(tested.directory, '005_c.sql'));
    await lookOf(app)();
    expect(alerts).toEqual([]);
  });
});

describe('a look that cannot be taken', () => {
  test('is told once, resolves nothing, and is followed by what changed meanwhile', async () => {
    const server = await startPrivateServer();
    const logger = new RecordingLogger();
    const options = { connectionString: server.connectionString() };
    const app = await start(options, { providers: [Pager] }, logger);
    const look = lookOf(app);
    const events = eventsOf(app);
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    await look();
    await server.stop('immediate');
    await look();
    await look();
    expect(alerts).toEqual(['Pager found changed:001_a.sql', 'Pager could-not-look']);
    expect(events.map(({ type }) => type)).toEqual(['drift-found', 'drift-check-failed']);
    expect(logger.migrations.at(-1)).toMatch(/^warn The drift watch could not look, so drift is unknown: /);

    await server.start();
    await look();
    expect(alerts).toHaveLength(2);
    await edit('001_a.sql', FILES['001_a.sql']);
    await look();
    expect(alerts.at(-1)).toBe('Pager resolved changed:001_a.sql');
    await server.stop('immediate');
    await look();
    expect(alerts.at(-1)).toBe('Pager could-not-look');
  });

  test('because the directory is away is told as well', async () => {
    const look = lookOf(await start({}, { providers: [Pager] }));
    const away = `${tested.directory}-away`;
    await rename(tested.directory, away);
    await look();
    await rename(away, tested.directory);
    await look();
    expect(alerts).toEqual(['Pager could-not-look']);
  });

  test('because the database does not answer ends in time', async () => {
    const look = lookOf(await start({ timeouts: { read: 200 } }, { providers: [Pager] }));
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE shared.schema_migrations');
      const startedAt = performance.now();
      await look();
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    });
    expect(alerts).toEqual(['Pager could-not-look']);
  });
});
