import type { INestApplicationContext } from '@nestjs/common';
import { MigrationsService } from '../../../src/nest/migrations.service.js';
import type { TestDatabase } from '../../support/database/database.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { startWith } from './application.js';

/** An application that has not migrated yet, its service, and the directory of its three files. */
export async function startService(
  db: TestDatabase,
): Promise<{ directory: string; app: INestApplicationContext; service: MigrationsService }> {
  const directory = await migrationsDirectory({
    '001_a.sql': 'CREATE TABLE a (id int);',
    '002_b.sql': 'CREATE TABLE b (id int);',
    '010_c.sql': 'CREATE INDEX CONCURRENTLY c ON a (id);',
  });
  const app = await startWith({ connectionString: db.connectionString, directory, onBootstrap: 'off' });
  return { directory, app, service: app.get(MigrationsService) };
}
