import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigurationError, MIGRATIONS_READY, MigrationsModule, type MigrationsReady } from '../../src/index.js';
import { inBrief, tenantsUpTo } from '../fleet/fleet-on.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { useMigrations } from '../support/migrator/use-migrations.js';
import { engineOn, VERSIONS } from './engines.js';

@Module({})
class AppModule {}

const apps: INestApplicationContext[] = [];
// Before the hooks of the database, which expect that nothing is connected to it.
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

const db = useEmptyDatabase('boss_module');
afterEach(() => expectNoLeftovers(db));
const shared = useMigrations({ '1_s.sql': 'CREATE TABLE public.schools AS SELECT $$t0$$ AS name, $$s0$$ AS schema;' });
const own = useMigrations({ '1_a.sql': 'CREATE TABLE a (id int);' });

beforeEach(() => db.query('CREATE SCHEMA s0; CREATE SCHEMA s1'));

async function start(tenants: object, onBootstrap: 'migrate' | 'off' = 'migrate'): Promise<MigrationsReady> {
  const { connectionString } = db;
  const module = MigrationsModule.forRoot({
    connectionString,
    ...shared,
    tenants: { ...own, list: tenantsUpTo(2), ...tenants },
    drift: false,
    onBootstrap,
  });
  const root = { module: AppModule, imports: [module] };
  const app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
  apps.push(app);
  return app.get<MigrationsReady>(MIGRATIONS_READY);
}

describe('tenants.worker', () => {
  test.each(VERSIONS)('lets replicas migrate the tenants of a rollout over pg-boss %s', async (version) => {
    await start({ engine: engineOn(version), worker: true }, 'off');
    const { rollout } = await start({ engine: engineOn(version) });
    expect(rollout && inBrief(rollout)).toEqual(['t0 applied 1_a.sql', 't1 applied 1_a.sql']);
  });

  test('lets the process that begins the rollout work too, once the table with the list exists', async () => {
    const list = 'SELECT name, schema FROM public.schools';
    const { rollout } = await start({ engine: engineOn(10), worker: true, list });
    expect(rollout && inBrief(rollout)).toEqual(['t0 applied 1_a.sql']);
  });

  test('needs an engine', async () => {
    const { problems } = await failureOf(start({ worker: true }), ConfigurationError);
    expect(problems).toMatchObject([{ option: 'tenants.worker', others: [{ option: 'tenants.engine' }] }]);
  });
});
