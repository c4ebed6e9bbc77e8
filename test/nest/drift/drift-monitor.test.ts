import { describe, expect, test } from '@jest/globals';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { startPrivateServer } from '../../support/server/private-server.js';
import { eventsOf } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { alerts, FILES, checkOf, Pager, useDriftApplication } from './drift-application.js';

const db = useEmptyDatabase('drift_monitor');
const tested = useDriftApplication(db);
const { edit, start } = tested;

describe('a check', () => {
  test('alerts when something is found, when it changes, and when it is resolved; not at every check', async () => {
    const check = checkOf(await start({}, { providers: [Pager] }));
    const reported = async (): Promise<string[]> => {
      await check();
      return alerts.splice(0);
    };
    expect(await reported()).toEqual([]);
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    expect(await reported()).toEqual(['Pager found CHANGED:001_a.sql']);
    expect(await reported()).toEqual([]);
    await edit('001_a.sql', 'CREATE TABLE a (id text);');
    expect(await reported()).toEqual(['Pager found CHANGED:001_a.sql']);
    await rm(join(tested.directory, '003_b.sql'));
    expect(await reported()).toEqual(['Pager found MISSING:003_b.sql']);
    await edit('001_a.sql', FILES['001_a.sql']);
    expect(await reported()).toEqual(['Pager resolved CHANGED:001_a.sql']);
    await edit('003_b.sql', FILES['003_b.sql']);
    expect(await reported()).toEqual(['Pager resolved MISSING:003_b.sql']);
    expect(await reported()).toEqual([]);
  });

  test('finds what is changed, renamed, missing and out of order, and logs it', async () => {
    const logger = new RecordingLogger();
    const app = await start({}, {}, logger);
    await edit('001_a.sql', `-- a comment\n${FILES['001_a.sql']}`);
    await rename(join(tested.directory, '003_b.sql'), join(tested.directory, '003_bee.sql'));
    await edit('004_late.sql', 'SELECT 1;');
    const events = eventsOf(app);
    await checkOf(app)();
    expect(events).toMatchObject([
      {
        type: 'drift-found',
        findings: [
          { code: 'OUT_OF_ORDER', subject: '004_late.sql', since: expect.any(Date) },
          { code: 'COSMETIC', subject: '001_a.sql', diff: expect.stringContaining('+-- a comment') },
          { code: 'RENAMED', subject: '003_bee.sql', recorded: '003_b.sql' },
        ],
      },
    ]);
    const logged = logger.migrations.filter((line) => / Drift: /.test(line));
    expect(logged).toEqual([
      expect.stringMatching(/^warn Drift: 004_late\.sql /),
      expect.stringMatching(/^log Drift: 001_a\.sql .*only in comments/),
      expect.stringMatching(/^warn Drift: 003_bee\.sql is recorded as 003_b\.sql/),
    ]);
  });

  test('of another release ahead of this one is no drift', async () => {
    const app = await start({}, { providers: [Pager] });
    await rm(join(tested.directory, '005_c.sql'));
    await checkOf(app)();
    expect(alerts).toEqual([]);
  });
});

describe('a check that fails', () => {
  test('is reported once, resolves nothing, and the next one reports what changed meanwhile', async () => {
    const server = await startPrivateServer();
    const logger = new RecordingLogger();
    const options = { connectionString: server.connectionString() };
    const app = await start(options, { providers: [Pager] }, logger);
    const check = checkOf(app);
    const events = eventsOf(app);
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    await check();
    await server.stop('immediate');
    await check();
    await check();
    expect(alerts).toEqual(['Pager found CHANGED:001_a.sql', 'Pager check-failed']);
    expect(events.map(({ type }) => type)).toEqual(['drift-found', 'drift-check-failed']);
    expect(logger.migrations.at(-1)).toMatch(/^warn The drift check failed, so drift is unknown: /);

    await server.start();
    await check();
    expect(alerts).toEqual(['Pager found CHANGED:001_a.sql', 'Pager check-failed', 'Pager check-recovered']);
    expect(logger.migrations.at(-1)).toMatch(/^log The drift check succeeded again after /);
    await edit('001_a.sql', FILES['001_a.sql']);
    await check();
    expect(alerts.at(-1)).toBe('Pager resolved CHANGED:001_a.sql');
    await server.stop('immediate');
    await check();
    expect(alerts.at(-1)).toBe('Pager check-failed');
  });

  test('because the directory is away is reported as well', async () => {
    const check = checkOf(await start({}, { providers: [Pager] }));
    const away = `${tested.directory}-away`;
    await rename(tested.directory, away);
    await check();
    await rename(away, tested.directory);
    await check();
    expect(alerts).toEqual(['Pager check-failed', 'Pager check-recovered']);
  });

  test('because the database does not answer ends in time', async () => {
    const check = checkOf(await start({ timeouts: { read: 200 } }, { providers: [Pager] }));
    await check(); // waits until the catalog is recorded
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE shared.schema_migrations');
      const startedAt = performance.now();
      await check();
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    });
    expect(alerts).toEqual(['Pager check-failed']);
  });
});
