import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { DriftAlertChannel, Fleet, type AlertChannel, type DriftAlert, type TenantFleet } from '../../../src/index.js';
import type { DriftOptions } from '../../../src/nest/configuration/options.js';
import { tenantsUpTo } from '../../fleet/fleet-on.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { startWith } from '../support/application.js';
import { checkOf, NEVER } from './drift-application.js';

const db = useEmptyDatabase('tenants_drift');
const told: string[] = [];

@Injectable()
@DriftAlertChannel()
class Pager implements AlertChannel {
  alert(alert: DriftAlert): void {
    const what =
      'findings' in alert ? alert.findings.map(({ code, tenant, subject }) => `${tenant}:${code}:${subject}`) : [];
    told.push([alert.type, ...what].join(' '));
  }
}

beforeEach(async () => {
  told.length = 0;
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2; CREATE SCHEMA s3');
});

const list = tenantsUpTo(4);

async function start(drift: DriftOptions = {}, tenants = list): Promise<INestApplicationContext> {
  const options = {
    connectionString: db.connectionString,
    directory: await migrationsDirectory({ '1_shared.sql': 'CREATE TABLE common (id int)' }),
    drift: { ...NEVER, ...drift },
    tenants: { directory: await migrationsDirectory({ '1_a.sql': 'CREATE TABLE a (id int)' }), list: tenants },
  };
  return startWith(options, { providers: [Pager] });
}

function running(isRunning: boolean): string {
  const error = isRunning ? "'running'" : 'NULL';
  return `UPDATE shared.schema_migrations_tenants SET error_message = ${error}, running = ${isRunning} WHERE tenant = 't1'`;
}

describe('the drift check', () => {
  test('alerts once for each tenant and finding, over several processes, and when it is resolved', async () => {
    const checks = [checkOf(await start()), checkOf(await start())];
    const checkAll = async (): Promise<void> => {
      for (const check of checks) await check();
    };
    await checkAll();
    expect(told).toEqual([]);
    await db.query('ALTER TABLE s1.a ADD COLUMN note text');
    await db.query(
      `UPDATE shared.schema_migrations_tenants SET checksum = 'x', canonical_checksum = 'x' WHERE tenant = 't2'`,
    );
    await checkAll();
    await checkAll();
    expect(told).toEqual(['found t1:TENANT_OBJECT_ADDED:Column a.note t2:CHANGED:1_a.sql']);
    await db.query('ALTER TABLE s1.a DROP COLUMN note');
    await checks[1]?.();
    expect(told.slice(1)).toEqual(['resolved t1:TENANT_OBJECT_ADDED:Column a.note']);
  });

  test('a tenant that is not compared at the moment is not reported as resolved', async () => {
    const app = await start();
    await db.query('ALTER TABLE s1.a ADD COLUMN note text');
    const check = checkOf(app);
    await check();
    await db.query(running(true));
    await check();
    expect(told).toEqual(['found t1:TENANT_OBJECT_ADDED:Column a.note']);
    await db.query(`${running(false)}; ALTER TABLE s1.a DROP COLUMN note`);
    await check();
    expect(told.slice(1)).toEqual(['resolved t1:TENANT_OBJECT_ADDED:Column a.note']);
  });

  test('a process that does not check tenants neither finds nor resolves anything about them', async () => {
    const app = await start();
    const [found, others] = [checkOf(app), checkOf(await start({ tenants: false }))];
    await db.query('DROP TABLE s1.a');
    await others();
    expect(told).toEqual([]);
    await found();
    await db.query(`UPDATE shared.schema_migrations_incidents SET last_seen_at = now() - interval '1 day'`);
    await others();
    expect(told).toEqual(['found t1:TENANT_OBJECT_MISSING:Table a']);
  });

  test('the incidents of a tenant that has left the list end', async () => {
    const app = await start();
    await db.query('DROP TABLE s1.a');
    await checkOf(app)();
    const before = list.splice(1, 1);
    await checkOf(app)();
    list.splice(1, 0, ...before);
    expect(told).toEqual(['found t1:TENANT_OBJECT_MISSING:Table a', 'resolved t1:TENANT_OBJECT_MISSING:Table a']);
  });

  test('a list that cannot be read makes the check fail and resolves nothing, but drift of the shared files is reported', async () => {
    const app = await start();
    await db.query('DROP TABLE s1.a');
    await checkOf(app)();
    jest.spyOn(app.get<TenantFleet>(Fleet), 'drift').mockRejectedValueOnce(new Error('no list'));
    await db.query('DROP TABLE common');
    await checkOf(app)();
    const failed = ['check-failed', 'found undefined:OBJECT_REMOVED:Table public.common'];
    expect(told).toEqual(['found t1:TENANT_OBJECT_MISSING:Table a', ...failed]);
    await checkOf(app)();
    expect(told.slice(3)).toEqual(['check-recovered']);
  });
});
