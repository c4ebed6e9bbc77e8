import { describe, expect, test } from '@jest/globals';
import { Injectable, Module, type OnModuleInit, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { MIGRATIONS_READY, MigrationsModule, MigrationsService, type MigrationsReady } from '../../src/index.js';
import type { MigrationsModuleOptions } from '../../src/nest/configuration/options.js';
import type { MigrationsOptionsFactory } from '../../src/nest/configuration/options-factory.js';
import { withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { relations } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { closedAfterTest, moduleOf, startContext, startHttp } from './support/application.js';
import { RecordingLogger } from './support/recording-logger.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('module');

const FILES = { '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': 'CREATE TABLE b (id int);' };

async function options(): Promise<MigrationsModuleOptions> {
  return { connectionString: db.connectionString, directory: await migrationsDirectory(FILES), drift: false };
}

const tableExists = async (table: string): Promise<boolean> => (await relations(db)).includes(table);

describe('forRoot', () => {
  test('migrates before the application is there, and is global', async () => {
    const imports = [MigrationsModule.forRoot(await options())];
    let service: MigrationsService | undefined;
    const feature: Provider = {
      provide: 'FEATURE',
      inject: [MigrationsService],
      useFactory: (given: MigrationsService) => (service = given),
    };
    const app = await startContext({ imports: [...imports, moduleOf({ providers: [feature] })] });
    expect(await service?.history()).toMatchObject([{ file: '001_a.sql' }, { file: '002_b.sql' }]);
    expect(app.get<MigrationsReady>(MIGRATIONS_READY).run?.applied).toEqual(['001_a.sql', '002_b.sql']);
  });

  test('may be imported by several modules, as long as it is called once', async () => {
    const migrations = MigrationsModule.forRoot(await options());
    const app = await startContext({ imports: [migrations, moduleOf({ imports: [migrations] })] });
    expect(app.get<MigrationsReady>(MIGRATIONS_READY).run?.applied).toHaveLength(2);
  });

  test('called twice is an error, and nothing is run', async () => {
    const imports = [MigrationsModule.forRoot(await options()), MigrationsModule.forRoot(await options())];
    await expect(startContext({ imports })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringContaining('configured 2 times'),
    });
    expect(await tableExists('a')).toBe(false);
  });
});

describe('forRootAsync', () => {
  test('takes useFactory with imports and inject', async () => {
    const given = await options();
    const app = await startContext({
      imports: [
        MigrationsModule.forRootAsync({
          imports: [moduleOf({ providers: [{ provide: 'SETTINGS', useValue: given }], exports: ['SETTINGS'] })],
          inject: ['SETTINGS'],
          useFactory: async (settings: MigrationsModuleOptions) => settings,
        }),
      ],
    });
    expect(await app.get(MigrationsService).history()).toHaveLength(2);
  });

  test('takes useClass', async () => {
    const given = await options();
    @Injectable()
    class Factory implements MigrationsOptionsFactory {
      createMigrationsOptions(): MigrationsModuleOptions {
        return given;
      }
    }
    const app = await startContext({ imports: [MigrationsModule.forRootAsync({ useClass: Factory })] });
    expect(await app.get(MigrationsService).history()).toHaveLength(2);
  });

  test('takes useExisting', async () => {
    const given = await options();
    @Injectable()
    class Existing implements MigrationsOptionsFactory {
      readonly asked: string[] = [];
      createMigrationsOptions(): Promise<MigrationsModuleOptions> {
        this.asked.push('once');
        return Promise.resolve(given);
      }
    }
    @Module({ providers: [Existing], exports: [Existing] })
    class ExistingModule {}
    const app = await startContext({
      imports: [MigrationsModule.forRootAsync({ imports: [ExistingModule], useExisting: Existing })],
    });
    expect(app.get(Existing).asked).toEqual(['once']);
    expect(await app.get(MigrationsService).history()).toHaveLength(2);
  });

  test('checks what the factory gave', async () => {
    for (const [connectionString, problem] of [
      [undefined, 'connectionString is undefined: is the environment variable that it comes from set?'],
      ['', 'connectionString: it is empty: is the environment variable that it comes from set?'],
    ] as const) {
      const migrations = MigrationsModule.forRootAsync({ useFactory: () => ({ connectionString }) });
      await expect(startContext({ imports: [migrations] })).rejects.toThrow(problem);
    }
  });
});

describe('order', () => {
  const seen: string[] = [];
  const early = (name: string): new () => OnModuleInit => {
    @Injectable()
    class Early implements OnModuleInit {
      async onModuleInit(): Promise<void> {
        seen.push(`${name} ${(await tableExists('b')) ? 'finds its table' : 'came too early'}`);
      }
    }
    return Early;
  };

  test.each(['before', 'after'])(
    'migrations are applied before onModuleInit of a module imported %s this one',
    async (place) => {
      seen.length = 0;
      const migrations = MigrationsModule.forRoot(await options());
      const nested = moduleOf({ providers: [early('nested')] });
      const host = moduleOf({ imports: [nested], providers: [early('host')] });
      await startContext({
        imports: place === 'before' ? [host, migrations] : [migrations, host],
        providers: [early('root')],
      });
      expect(seen.toSorted()).toEqual(['host finds its table', 'nested finds its table', 'root finds its table']);
    },
  );

  test('a provider that queries in its factory injects MIGRATIONS_READY', async () => {
    const found: Provider = {
      provide: 'FOUND',
      inject: [MIGRATIONS_READY],
      useFactory: () => tableExists('b'),
    };
    const app = await startContext({ providers: [found], imports: [MigrationsModule.forRoot(await options())] });
    expect(app.get('FOUND')).toBe(true);
  });

  test('the application does not exist, so no port is open, while a migration is under way', async () => {
    await db.query('CREATE TABLE gate ()');
    const directory = await migrationsDirectory({ '001_wait.sql': 'LOCK TABLE gate; CREATE TABLE behind ();' });
    const imports = [MigrationsModule.forRoot({ connectionString: db.connectionString, directory, drift: false })];
    let created = false;
    const creating = withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE gate');
      const pending = NestFactory.create(moduleOf({ imports }), {
        logger: new RecordingLogger(),
        abortOnError: false,
      }).then((app) => {
        created = true;
        return closedAfterTest(app);
      });
      await until(async () => {
        const { rows } = await db.query(`SELECT FROM pg_locks WHERE relation = 'gate'::regclass AND NOT granted`);
        return rows.length === 1;
      });
      expect(created).toBe(false);
      await client.query('ROLLBACK');
      return pending;
    });
    const app = await creating;
    await app.listen(0, '127.0.0.1');
    await request(app.getHttpServer()).get('/').expect(404);
    expect(await tableExists('behind')).toBe(true);
  });
});

describe('kinds of applications', () => {
  test('a testing module migrates at compile()', async () => {
    const built = Test.createTestingModule({ imports: [MigrationsModule.forRoot(await options())] });
    const testing = closedAfterTest(await built.compile());
    expect(await tableExists('b')).toBe(true);
    expect(await testing.get(MigrationsService).pending()).toEqual([]);
  });

  test('a testing module leaves the database alone with onBootstrap: "off"', async () => {
    const off = { ...(await options()), onBootstrap: 'off' as const };
    const testing = closedAfterTest(
      await Test.createTestingModule({ imports: [MigrationsModule.forRoot(off)] }).compile(),
    );
    expect(testing.get<MigrationsReady>(MIGRATIONS_READY)).toEqual({ run: undefined });
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });

  test('an HTTP application and a second one beside it apply each file once', async () => {
    const given = await options();
    const boot = () => startHttp({ imports: [MigrationsModule.forRoot(given)] });
    const apps = await Promise.all([boot(), boot()]);
    const applied = apps.flatMap((app) => app.get<MigrationsReady>(MIGRATIONS_READY).run?.applied ?? []);
    expect(applied.toSorted()).toEqual(['001_a.sql', '002_b.sql']);
  });

  test('nothing is left after close()', async () => {
    const app = await startContext({ imports: [MigrationsModule.forRoot(await options())] });
    await app.get(MigrationsService).status();
    await app.close();
    await expectNoLeftovers(db);
  });
});
