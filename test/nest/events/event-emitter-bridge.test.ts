import { describe, expect, test } from '@jest/globals';
import { Injectable, type Provider } from '@nestjs/common';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { MigrationsService } from '../../../src/index.js';
import { startWith } from '../support/application.js';
import { RecordingLogger } from '../support/recording-logger.js';

const db = useEmptyDatabase('emitter_bridge');
const migrations = useMigrations({ '1.sql': 'SELECT 1;' });

/** As `@nestjs/event-emitter` provides it: found by its name. */
@Injectable()
class EventEmitter2 {
  readonly seen: string[] = [];
  emit(name: string, event: { target: string }): boolean {
    this.seen.push(`${name} ${event.target === '' ? 'nowhere' : 'somewhere'}`);
    if (name === 'migrations.migration-started') throw new Error('a mistake of the application');
    return true;
  }
}

const start = (providers: Provider[], logger?: RecordingLogger) =>
  startWith(
    { connectionString: db.connectionString, directory: migrations.directory, onBootstrap: 'off' },
    { providers },
    logger,
  );

describe('an application with an event emitter', () => {
  test('gets each event under its name, and a listener that throws breaks nothing', async () => {
    const logger = new RecordingLogger();
    const app = await start([EventEmitter2], logger);
    expect(await app.get(MigrationsService).migrate()).toMatchObject({ applied: ['1.sql'] });
    expect(app.get(EventEmitter2).seen).toEqual([
      'migrations.run-started somewhere',
      'migrations.lock-acquired somewhere',
      'migrations.run-planned somewhere',
      'migrations.migration-started somewhere',
      'migrations.migration-applied somewhere',
      'migrations.run-finished somewhere',
    ]);
    expect(logger.migrations).toContain(
      'error A listener of migrations.migration-started failed: Error: a mistake of the application',
    );
  });

  test('that has no emit() gets nothing, and the run is not affected', async () => {
    const stub = {
      provide: 'another token',
      useClass: class {
        readonly on = true;
      },
    };
    Object.defineProperty(stub.useClass, 'name', { value: 'EventEmitter2' });
    const app = await start([stub]);
    expect(await app.get(MigrationsService).migrate()).toMatchObject({ applied: ['1.sql'] });
  });
});
