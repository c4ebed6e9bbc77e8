import { describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { DRIFT_JOB, DriftAlertChannel, type AlertChannel } from '../../../src/index.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { until } from '../../support/jest/until.js';
import { alerts, FILES, NEVER, Pager, useDriftApplication } from './drift-application.js';

const db = useEmptyDatabase('drift_job');
const tested = useDriftApplication(db);
const { edit, start } = tested;

const EVERY_SECOND = { cron: '* * * * * *' };

describe('the job', () => {
  test('is in the SchedulerRegistry of the host when there is one, and stops with the application', async () => {
    const app = await start({}, { imports: [ScheduleModule.forRoot()] });
    const job = app.get(SchedulerRegistry).getCronJob(DRIFT_JOB);
    expect(job).toMatchObject({ isActive: true, cronTime: { source: NEVER.cron } });
    await app.close();
    expect(job.isActive).toBe(false);
    await expectNoLeftovers(db);
  });

  test('does not exist when drift checks are off or nothing is tracked', async () => {
    for (const options of [{ drift: false } as const, { drift: { enabled: false } }, { tracking: false }]) {
      await db.query('DROP TABLE IF EXISTS a, b, c');
      const app = await start(options, { imports: [ScheduleModule.forRoot()] });
      expect([...app.get(SchedulerRegistry).getCronJobs().keys()]).toEqual([]);
    }
  });

  test('checks every second when configured so, without a ScheduleModule, and not after close()', async () => {
    const app = await start({ drift: EVERY_SECOND }, { providers: [Pager] });
    await rm(join(tested.directory, '001_a.sql'));
    await until(() => alerts.length > 0);
    await app.close();
    await edit('001_a.sql', FILES['001_a.sql']);
    await sleep(1_100);
    expect(alerts).toEqual(['Pager found MISSING:001_a.sql']);
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
    let [running, most, checks] = [0, 0, 0];
    @Injectable()
    @DriftAlertChannel()
    class Slow implements AlertChannel {
      async alert(): Promise<void> {
        checks++;
        most = Math.max(most, ++running);
        // Each check finds another edit, and takes longer than the time to the next tick.
        await edit('001_a.sql', `CREATE TABLE a (id int, edit${checks} int);`);
        await sleep(1_300);
        running--;
      }
    }
    const app = await start({ drift: EVERY_SECOND }, { imports: [ScheduleModule.forRoot()], providers: [Host, Slow] });
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    await until(() => checks === 2);
    await app.close();
    expect(running).toBe(0); // the shutdown waited for the check that was under way
    expect(most).toBe(1);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ticks).size).toBe(ticks.length);
  });
});
