import { beforeEach, describe, expect, test } from '@jest/globals';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { Cron, CronExpression, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import {
  DRIFT_JOB,
  DriftAlertChannel,
  MigrationsModule,
  type AlertChannel,
  type DriftAlert,
} from '../../../src/index.js';
import { DriftMonitor } from '../../../src/nest/drift/drift-monitor.js';
import type { MigrationsModuleOptions } from '../../../src/nest/options.js';
import { withClient } from '../../support/database.js';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { expectNoLeftovers } from '../../support/leftovers.js';
import { startPrivateServer } from '../../support/private-server.js';
import { migrationsDirectory } from '../../support/temp-directory.js';
import { until } from '../../support/until.js';
import { eventsOf, startContext, startWith } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';

const db = useEmptyDatabase('drift');

const FILES = {
  '001_a.sql': 'CREATE TABLE a (id int);',
  '003_b.sql': 'CREATE TABLE b (id int);',
  '005_c.sql': 'CREATE TABLE c (id int);',
};
const NEVER = { cron: '0 0 1 1 *' };
const EVERY_SECOND = { cron: '* * * * * *' };

let directory: string;
const edit = (file: string, text: string): Promise<void> => writeFile(join(directory, file), text);

beforeEach(async () => {
  directory = await migrationsDirectory(FILES);
  alerts.length = 0;
});

const start = (
  options: MigrationsModuleOptions = {},
  metadata: ModuleMetadata = {},
  logger?: RecordingLogger,
): Promise<INestApplicationContext> =>
  startWith({ connectionString: db.connectionString, directory, drift: NEVER, ...options }, metadata, logger);

const lookOf = (app: INestApplicationContext): (() => Promise<void>) => {
  const monitor = app.get(DriftMonitor, { strict: false });
  return () => monitor.look();
};

/** What channels were told, as `channel type kind:file …`. */
const alerts: string[] = [];

class RecordingChannel implements AlertChannel {
  alert(alert: DriftAlert): void | Promise<void> {
    const what = 'findings' in alert ? alert.findings.map(({ kind, file }) => `${kind}:${file}`) : [];
    alerts.push([this.constructor.name, alert.type, ...what].join(' '));
  }
}

@Injectable()
@DriftAlertChannel()
class Pager extends RecordingChannel {}

@Injectable()
@DriftAlertChannel()
class Chat extends RecordingChannel {
  override async alert(alert: DriftAlert): Promise<void> {
    await super.alert(alert);
    throw new Error('the chat is away');
  }
}

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
    await rm(join(directory, '003_b.sql'));
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
    await rename(join(directory, '003_b.sql'), join(directory, '003_bee.sql'));
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
    await rm(join(directory, '005_c.sql'));
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
    const away = `${directory}-away`;
    await rename(directory, away);
    await look();
    await rename(away, directory);
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

describe('alert channels', () => {
  test('are told which instance it is, and which table', async () => {
    const told: DriftAlert[] = [];
    @Injectable()
    @DriftAlertChannel()
    class Desk implements AlertChannel {
      alert(alert: DriftAlert): void {
        told.push(alert);
      }
    }
    const options = { connectionString: db.connectionString, directory, drift: NEVER };
    const app = await startContext({
      imports: [MigrationsModule.forRoot({ ...options, name: 'billing', table: 'billing.history' })],
      providers: [Desk],
    });
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    await lookOf(app)();
    expect(told).toMatchObject([{ type: 'found', instance: 'billing', table: 'billing.history' }]);
  });

  test('are all told; one that throws is logged and stops nothing', async () => {
    const logger = new RecordingLogger();
    const look = lookOf(await start({}, { providers: [Chat, Pager] }, logger));
    await rm(join(directory, '001_a.sql'));
    await look();
    expect(alerts.toSorted()).toEqual(['Chat found missing:001_a.sql', 'Pager found missing:001_a.sql']);
    expect(logger.migrations).toContain('error The alert channel Chat failed: the chat is away');
  });

  test('may be made by a factory', async () => {
    const look = lookOf(await start({}, { providers: [{ provide: 'CHANNEL', useFactory: async () => new Pager() }] }));
    await rm(join(directory, '001_a.sql'));
    await look();
    expect(alerts).toEqual(['Pager found missing:001_a.sql']);
  });

  test('that never return hold up neither the watch nor the shutdown', async () => {
    @Injectable()
    @DriftAlertChannel()
    class Silent implements AlertChannel {
      alert(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const logger = new RecordingLogger();
    const app = await start({ drift: { ...NEVER, alertTimeout: 100 } }, { providers: [Silent, Pager] }, logger);
    await rm(join(directory, '001_a.sql'));
    await lookOf(app)();
    expect(alerts).toEqual(['Pager found missing:001_a.sql']);
    expect(logger.migrations).toContain('error The alert channel Silent failed: it took longer than 100 ms');
  });
});

describe('the job', () => {
  test('is in the SchedulerRegistry of the host when there is one, and stops with the application', async () => {
    const app = await start({}, { imports: [ScheduleModule.forRoot()] });
    const job = app.get(SchedulerRegistry).getCronJob(DRIFT_JOB);
    expect(job).toMatchObject({ isActive: true, cronTime: { source: NEVER.cron } });
    await app.close();
    expect(job.isActive).toBe(false);
    await expectNoLeftovers(db);
  });

  test('is nowhere when the watch is off or nothing is tracked', async () => {
    for (const options of [{ drift: false } as const, { drift: { enabled: false } }, { tracking: false }]) {
      await db.query('DROP TABLE IF EXISTS a, b, c');
      const app = await start(options, { imports: [ScheduleModule.forRoot()] });
      expect([...app.get(SchedulerRegistry).getCronJobs().keys()]).toEqual([]);
    }
  });

  test('looks each second when told so, without a ScheduleModule, and not after close()', async () => {
    const app = await start({ drift: EVERY_SECOND }, { providers: [Pager] });
    await rm(join(directory, '001_a.sql'));
    await until(() => alerts.length > 0);
    await app.close();
    await edit('001_a.sql', FILES['001_a.sql']);
    await sleep(1_100);
    expect(alerts).toEqual(['Pager found missing:001_a.sql']);
  });

  test("fires beside the host's own jobs, each once a tick, and never overlaps itself", async () => {
    const ticks: number[] = [];
    @Injectable()
    class Host {
      @Cron(CronExpression.EVERY_SECOND)
      tick(): void {
        ticks.push(Math.floor(Date.now() / 1_000));
      }
    }
    let [running, most, looks] = [0, 0, 0];
    @Injectable()
    @DriftAlertChannel()
    class Slow implements AlertChannel {
      async alert(): Promise<void> {
        looks++;
        most = Math.max(most, ++running);
        // Each look finds another edit, and takes longer than the time to the next tick.
        await edit('001_a.sql', `CREATE TABLE a (id int, edit${looks} int);`);
        await sleep(1_300);
        running--;
      }
    }
    const app = await start({ drift: EVERY_SECOND }, { imports: [ScheduleModule.forRoot()], providers: [Host, Slow] });
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    await until(() => looks === 2);
    await app.close();
    expect(running).toBe(0); // the shutdown waited for the look that was under way
    expect(most).toBe(1);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ticks).size).toBe(ticks.length);
  });
});
