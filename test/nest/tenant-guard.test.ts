import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Controller, Get, Injectable, UseGuards, type ExecutionContext, type INestApplication } from '@nestjs/common';
import request from 'supertest';
import { Fleet, MigrationsModule, TenantMigratedGuard, type TenantFleet } from '../../src/index.js';
import { tenantsUpTo } from '../fleet/fleet-on.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { useMigrations } from '../support/migrator/use-migrations.js';
import { startHttp } from './support/application.js';

const db = useEmptyDatabase('tenant_guard');
const own = useMigrations({
  '1_a.sql': `DO $$ BEGIN IF current_schema = 's1' AND to_regclass('public.broken') IS NOT NULL THEN RAISE 'no'; END IF; END $$`,
  '2_b.sql': 'CREATE TABLE b (id int);',
});
let isOnDemand = false;
let cacheMs = 0;
let count = 3;

@Injectable()
class SchoolGuard extends TenantMigratedGuard {
  protected override readonly migrateOnDemand = isOnDemand;
  protected override readonly cacheMs = cacheMs;

  protected tenantOf(context: ExecutionContext): string | undefined {
    return context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-school'];
  }
}

@Controller()
@UseGuards(SchoolGuard)
class GradesController {
  @Get('grades')
  grades(): string {
    return 'A';
  }
}

async function start(connectionString = db.connectionString, withTenants = true): Promise<INestApplication> {
  const tenants = { ...own, sharedFiles: false, list: () => tenantsUpTo(count) };
  const module = MigrationsModule.forRoot({
    connectionString,
    directory: own.directory,
    drift: false,
    onBootstrap: 'off',
    ...(withTenants && { tenants }),
  });
  return startHttp({ imports: [module], controllers: [GradesController], providers: [SchoolGuard] });
}

const fleetOf = (app: INestApplication): TenantFleet => app.get<TenantFleet>(Fleet);
async function ask(app: INestApplication, school?: string): Promise<[number, string | undefined]> {
  const asked = request(app.getHttpServer() as never).get('/grades');
  const { status, body } = await (school === undefined ? asked : asked.set('x-school', school));
  return [status, (body as { message?: string }).message];
}

beforeEach(() => db.query('CREATE SCHEMA s0; CREATE SCHEMA s1'));
afterEach(() => {
  jest.restoreAllMocks();
  isOnDemand = false;
  cacheMs = 0;
  count = 3;
});

describe('TenantMigratedGuard', () => {
  test('answers 503 with a reason only for tenants that are behind', async () => {
    const app = await start();
    await fleetOf(app).migrate({ tenants: ['t0'] });
    expect(await ask(app, 't0')).toEqual([200, undefined]);
    expect(await ask(app)).toEqual([200, undefined]);
    expect(await ask(app, 't1')).toEqual([
      503,
      'The tenant t1 is not available: 2 migrations of this release are not applied',
    ]);
    expect(await ask(app, 't2')).toEqual([503, 'The tenant t2 is not available: it has no schema']);
    expect(await ask(app, 'nobody')).toEqual([404, 'There is no tenant "nobody"']);
    await fleetOf(app).migrate({ tenants: ['t1'] });
    expect(await ask(app, 't1')).toEqual([200, undefined]);
  });

  test.each([
    [0, '1'],
    [2_000, '2'],
    [2_001, '3'],
  ])('asks clients to wait as long as it remembers a state, in whole seconds: %i ms', async (ms, seconds) => {
    cacheMs = ms;
    const app = await start();
    await fleetOf(app).migrate({ tenants: ['t0'] });
    const retryAfter = async (school: string): Promise<string | undefined> =>
      (
        await request(app.getHttpServer() as never)
          .get('/grades')
          .set('x-school', school)
      ).headers['retry-after'];
    expect(await retryAfter('t1')).toBe(seconds);
    expect(await retryAfter('t0')).toBeUndefined();
    expect(await retryAfter('nobody')).toBeUndefined();
  });

  test('reads the state of all tenants once for many requests, until it may have changed', async () => {
    cacheMs = 60_000;
    await (await start()).close();
    const proxy = await startCountingProxy(db.connectionString);
    const app = await start(proxy.connectionString);
    await Promise.all(Array.from({ length: 10 }, () => ask(app, 't1')));
    expect((await ask(app, 't2'))[0]).toBe(503);
    expect(proxy.messages.filter((text) => text.includes('schema_migrations_tenants'))).toHaveLength(1);
    await app.close();
  });

  test('reads the states again when this process has created or removed a tenant', async () => {
    cacheMs = 60_000;
    const app = await start();
    const t2 = { name: 't2', schema: 's2' };
    expect((await ask(app, 't2'))[0]).toBe(503);
    await fleetOf(app).provision(t2);
    expect(await ask(app, 't2')).toEqual([200, undefined]);
    await fleetOf(app).deprovision(t2, { dropSchema: true });
    expect((await ask(app, 't2'))[0]).toBe(503);
  });

  test('migrates a tenant on its first request if configured to, once for simultaneous requests', async () => {
    isOnDemand = true;
    const app = await start();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(app, 't1')));
    expect(answers).toEqual(Array.from({ length: 5 }, () => [200, undefined]));
    const { rows } = await db.query('SELECT DISTINCT run_id, tenant FROM shared.schema_migrations_tenants');
    expect(rows).toMatchObject([{ tenant: 't1' }]);
  });

  test('does not retry a failed migration, and does not create a schema', async () => {
    isOnDemand = true;
    await db.query('CREATE TABLE public.broken ()');
    const app = await start();
    expect(await ask(app, 't1')).toEqual([503, 'The tenant t1 is not available: its migrations failed']);
    const run = async () => (await db.query('SELECT run_id FROM shared.schema_migrations_tenants')).rows;
    const [failed] = await run();
    const reason = '2 migrations of this release are not applied, 1 of which failed or did not finish';
    expect(await ask(app, 't1')).toEqual([503, `The tenant t1 is not available: ${reason}`]);
    expect(await run()).toEqual([failed]);
    expect(await ask(app, 't2')).toEqual([503, 'The tenant t2 is not available: it has no schema']);
  });

  test('serves every tenant that it has just migrated, after one read of all', async () => {
    isOnDemand = true;
    cacheMs = 60_000; // longer than any machine takes
    count = 12;
    await db.query(`DO $$ BEGIN FOR i IN 2..11 LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$`);
    const app = await start();
    const reads = jest.spyOn(fleetOf(app), 'status');
    const answers = await Promise.all(tenantsUpTo(count).map(({ name }) => ask(app, name)));
    expect(answers).toEqual(Array.from({ length: count }, () => [200, undefined]));
    expect(reads).toHaveBeenCalledTimes(1);
  });

  test('remembers states for all guards of a fleet, such as those of single requests', async () => {
    cacheMs = 60_000;
    const fleet = fleetOf(await start());
    await fleet.migrate({ tenants: ['t0'] });
    const reads = jest.spyOn(fleet, 'status');
    const headers = { 'x-school': 't0' };
    const context = { switchToHttp: () => ({ getRequest: () => ({ headers }) }) } as unknown as ExecutionContext;
    for (let i = 0; i < 3; i++) expect(await new SchoolGuard(fleet).canActivate(context)).toBe(true);
    expect(reads).toHaveBeenCalledTimes(1);
  });

  test('still serves tenants that were up to date when the list cannot be read', async () => {
    const app = await start();
    await fleetOf(app).migrate({ tenants: ['t0'] });
    expect((await ask(app, 't0'))[0]).toBe(200);
    jest.spyOn(fleetOf(app), 'status').mockRejectedValue(new Error('one entry is invalid'));
    const now = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(now + 3_600_000);
    expect((await ask(app, 't0'))[0]).toBe(200);
    expect((await ask(app, 't1'))[0]).toBe(503);
  });

  test('answers 503 if the state cannot be read, and lets everything pass without tenants', async () => {
    const open = await start(db.connectionString, false);
    expect(await ask(open, 't1')).toEqual([200, undefined]);
    const app = await start('postgres://nobody@127.0.0.1:1/nowhere');
    expect(await ask(app, 't1')).toEqual([
      503,
      'The tenant t1 is not available: the state of its migrations cannot be read',
    ]);
  });
});
