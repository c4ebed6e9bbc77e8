import { describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { DriftAlertChannel, MigrationsModule, type AlertChannel, type DriftAlert } from '../../../src/index.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { startContext } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { alerts, checkOf, NEVER, Pager, RecordingChannel, useDriftApplication } from './drift-application.js';

const db = useEmptyDatabase('alert_channel');
const tested = useDriftApplication(db);
const { edit, start } = tested;

@Injectable()
@DriftAlertChannel()
class Chat extends RecordingChannel {
  override async alert(alert: DriftAlert): Promise<void> {
    await super.alert(alert);
    throw new Error('the chat is away');
  }
}

describe('alert channels', () => {
  test('get the name of the instance and of its target', async () => {
    const received: DriftAlert[] = [];
    @Injectable()
    @DriftAlertChannel()
    class Desk implements AlertChannel {
      alert(alert: DriftAlert): void {
        received.push(alert);
      }
    }
    const options = { connectionString: db.connectionString, directory: tested.directory, drift: NEVER };
    const app = await startContext({
      imports: [MigrationsModule.forRoot({ ...options, name: 'billing', table: 'billing.history' })],
      providers: [Desk],
    });
    await edit('001_a.sql', 'CREATE TABLE a (id bigint);');
    await checkOf(app)();
    expect(received).toMatchObject([{ type: 'found', instance: 'billing', target: `${db.name}/billing.history` }]);
  });

  test('all get an alert; one that throws is logged and stops nothing', async () => {
    const logger = new RecordingLogger();
    const check = checkOf(await start({}, { providers: [Chat, Pager] }, logger));
    await rm(join(tested.directory, '001_a.sql'));
    await check();
    expect(alerts.toSorted()).toEqual(['Chat found MISSING:001_a.sql', 'Pager found MISSING:001_a.sql']);
    expect(logger.migrations).toContain('error The alert channel Chat failed: the chat is away');
  });

  test('may be made by a factory', async () => {
    const check = checkOf(
      await start({}, { providers: [{ provide: 'CHANNEL', useFactory: async () => new Pager() }] }),
    );
    await rm(join(tested.directory, '001_a.sql'));
    await check();
    expect(alerts).toEqual(['Pager found MISSING:001_a.sql']);
  });

  test('that never return hold up neither the checks nor the shutdown', async () => {
    @Injectable()
    @DriftAlertChannel()
    class Silent implements AlertChannel {
      alert(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const logger = new RecordingLogger();
    const app = await start({ drift: { ...NEVER, alertTimeout: 100 } }, { providers: [Silent, Pager] }, logger);
    await rm(join(tested.directory, '001_a.sql'));
    await checkOf(app)();
    expect(alerts).toEqual(['Pager found MISSING:001_a.sql']);
    expect(logger.migrations).toContain('error The alert channel Silent failed: it took longer than 100 ms');
  });
});
