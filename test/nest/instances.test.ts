import { afterEach, describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import {
  DRIFT_JOB,
  InjectMigrations,
  InjectMigrationsHealth,
  MIGRATIONS_READY,
  MigrationsHealthIndicator,
  MigrationsModule,
  MigrationsService,
  migrationsReadyToken,
  type MigrationsModuleOptions,
  type MigrationsReady,
} from '../../src/index.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { startContext } from './support/application.js';

const main = useEmptyDatabase('instances');
const other = useEmptyDatabase('instances_billing');
afterEach(async () => {
  await expectNoLeftovers(main);
  await expectNoLeftovers(other);
});

@Injectable()
class Both {
  constructor(
    @InjectMigrations() readonly unnamed: MigrationsService,
    @InjectMigrations('billing') readonly billing: MigrationsService,
    @InjectMigrationsHealth('billing') readonly health: MigrationsHealthIndicator,
  ) {}
}

describe('several databases in one application', () => {
  test('have each their own service, history, health key, token and job', async () => {
    const app = await startContext({
      imports: [
        ScheduleModule.forRoot(),
        MigrationsModule.forRoot({
          connectionString: main.connectionString,
          directory: await migrationsDirectory({ '1.sql': 'CREATE TABLE people ()' }),
        }),
        MigrationsModule.forRootAsync({
          name: 'billing',
          useFactory: async () => ({
            connectionString: other.connectionString,
            directory: await migrationsDirectory({ '1.sql': 'CREATE TABLE invoices ()', '2.sql': 'SELECT 2' }),
          }),
        }),
      ],
      providers: [Both],
    });
    const both = app.get(Both);
    expect((await both.unnamed.status()).summary).toMatchObject({ applied: 1, total: 1 });
    expect((await both.billing.status()).summary).toMatchObject({ applied: 2, total: 2 });
    expect(app.get(MigrationsService)).toBe(both.unnamed);
    expect(await both.health.check()).toMatchObject({ 'migrations:billing': { status: 'up', applied: 2 } });
    expect(await app.get(MigrationsHealthIndicator).check()).toMatchObject({
      migrations: { status: 'up', applied: 1 },
    });
    expect(app.get<MigrationsReady>(migrationsReadyToken('billing')).run?.applied).toEqual(['1.sql', '2.sql']);
    expect(migrationsReadyToken()).toBe(MIGRATIONS_READY);
    expect([...app.get(SchedulerRegistry).getCronJobs().keys()]).toEqual([DRIFT_JOB, `${DRIFT_JOB}:billing`]);
    await app.close();
  });

  test('need a history each: two on one table of one database are an error at start', async () => {
    const idle = { onBootstrap: 'off', drift: false } as const;
    const here = { connectionString: main.connectionString };
    const there = { connectionString: other.connectionString };
    const two = async (billing: MigrationsModuleOptions): Promise<unknown> =>
      startContext({
        imports: [
          MigrationsModule.forRoot({ ...idle, ...here, directory: await migrationsDirectory({ '1.sql': 'SELECT 1' }) }),
          MigrationsModule.forRootAsync({
            name: 'billing',
            useFactory: async () => ({
              ...idle,
              ...billing,
              directory: await migrationsDirectory({ '2.sql': 'SELECT 2' }),
            }),
          }),
        ],
      });
    await expect(two(here)).rejects.toThrow(
      /MigrationsModule without a name and MigrationsModule "billing" share one history, shared\.schema_migrations in the database \S+ on \S+:\d+/,
    );
    await expect(two({ ...there, migrateWith: here })).rejects.toThrow('share one history');
    const pool = main.pool({ max: 1 });
    await expect(two({ pool })).rejects.toThrow('share one history');
    await pool.end();
    await two({ ...here, table: 'billing.history' });
    // Poolers that serve many tell them apart by the user.
    await two({ connectionString: here.connectionString.replace('://', '://somebody.') });
    await two(there);
  });

  test('need names: a second one of the same name, or without any, is an error at start', async () => {
    const options = { connectionString: main.connectionString, onBootstrap: 'off', drift: false } as const;
    const two = (name?: string): Promise<unknown> =>
      startContext({
        imports: [
          MigrationsModule.forRoot({ ...options, ...(name && { name }) }),
          MigrationsModule.forRoot({ ...options, ...(name && { name }) }),
        ],
      });
    await expect(two('billing')).rejects.toThrow('MigrationsModule "billing" was configured 2 times');
    await expect(two()).rejects.toThrow('MigrationsModule without a name was configured 2 times');
  });
});
