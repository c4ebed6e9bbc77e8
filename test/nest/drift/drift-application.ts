import { beforeEach } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { DriftAlertChannel, type AlertChannel, type DriftAlert } from '../../../src/index.js';
import { DriftMonitor } from '../../../src/nest/drift/drift-monitor.js';
import type { MigrationsModuleOptions } from '../../../src/nest/configuration/options.js';
import { startWith } from '../support/application.js';
import type { RecordingLogger } from '../support/recording-logger.js';
import type { TestDatabase } from '../../support/database/database.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';

/** Three migrations, with gaps between their numbers. */
export const FILES = {
  '001_a.sql': 'CREATE TABLE a (id int);',
  '003_b.sql': 'CREATE TABLE b (id int);',
  '005_c.sql': 'CREATE TABLE c (id int);',
};
/** A schedule under which no check comes by itself. */
export const NEVER = { cron: '0 0 1 1 *' };

export interface DriftApplication {
  /** The migrations directory of this test. */
  readonly directory: string;
  /** Writes a file of the directory. */
  readonly edit: (file: string, text: string) => Promise<void>;
  readonly start: (
    options?: MigrationsModuleOptions,
    metadata?: ModuleMetadata,
    logger?: RecordingLogger,
  ) => Promise<INestApplicationContext>;
}

/** Applications over a directory of its own for each test. */
export function useDriftApplication(db: TestDatabase): DriftApplication {
  const migrations = useMigrations(FILES);
  beforeEach(() => {
    alerts.length = 0;
  });
  return {
    get directory() {
      return migrations.directory;
    },
    edit: (file, text) => writeFile(join(migrations.directory, file), text),
    start: (options = {}, metadata = {}, logger) =>
      startWith(
        { connectionString: db.connectionString, directory: migrations.directory, drift: NEVER, ...options },
        metadata,
        logger,
      ),
  };
}

/** Does one check, as the schedule does it. */
export const checkOf = (app: INestApplicationContext): (() => Promise<void>) => {
  const monitor = app.get(DriftMonitor, { strict: false });
  return () => monitor.check();
};

/** What channels were told, as `channel type code:subject …`. */
export const alerts: string[] = [];

export class RecordingChannel implements AlertChannel {
  alert(alert: DriftAlert): void | Promise<void> {
    const what = 'findings' in alert ? alert.findings.map(({ code, subject }) => `${code}:${subject}`) : [];
    alerts.push([this.constructor.name, alert.type, ...what].join(' '));
  }
}

@Injectable()
@DriftAlertChannel()
export class Pager extends RecordingChannel {}
