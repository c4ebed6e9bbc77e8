import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shuffled } from '../rounds.js';
import { type BenchServer, query } from '../server.js';
import { manyFiles, writeTenantFiles } from './files.js';
import { measureTenants, type TenantsMeasurement } from './measurement.js';
import { inSchemas, type TenantsPlace } from './places.js';
import { FLEET, FLOOR } from './tools.js';

const HISTORY = 'shared.schema_migrations_tenants';
const KEYS = ['tenant', 'schema_oid', 'schema_name'];

/** A rollout with nothing to do, next to the floor. */
export interface ManyApplied {
  readonly tenants: number;
  readonly files: number;
  readonly fleet: readonly TenantsMeasurement[];
  readonly floor: readonly TenantsMeasurement[];
}

/** Measures how long finding nothing to do for many tenants takes, next to the least work that can show it. */
export async function measureManyApplied(
  server: BenchServer,
  { tenants, files, rounds }: { readonly tenants: number; readonly files: number; readonly rounds: number },
): Promise<ManyApplied> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-tenants-'));
  const place = await inSchemas(server, tenants);
  const all = { fleet: [] as TenantsMeasurement[], floor: [] as TenantsMeasurement[] };
  try {
    writeTenantFiles(directory, manyFiles(files));
    await applyToAll(place, directory);
    await place.settle();
    for (let round = 0; round <= rounds; round++) {
      for (const tool of shuffled([FLEET, FLOOR])) {
        const measurement = await measureTenants(tool, { ...place, directory });
        if (round > 0) all[tool === FLEET ? 'fleet' : 'floor'].push(measurement);
      }
    }
    return { tenants, files, ...all };
  } finally {
    await place.remove();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Migrates the first tenant, and gives its history to the others: only that is read. */
async function applyToAll(place: TenantsPlace, directory: string): Promise<void> {
  const { connectionString, tenants } = place;
  await measureTenants(FLEET, { connectionString, directory, tenants: tenants.slice(0, 1) });
  const { rows } = await query<{ name: string }>(
    connectionString,
    `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = '${HISTORY}'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  const others = rows.map(({ name }) => name).filter((name) => !KEYS.includes(name));
  await query(
    connectionString,
    `INSERT INTO ${HISTORY} (${[...KEYS, ...others].join(', ')})
       SELECT 't' || n, s.oid, s.nspname, ${others.map((name) => `h.${name}`).join(', ')}
         FROM generate_series(2, ${tenants.length}) AS n
         JOIN pg_namespace AS s ON s.nspname = 's' || n
         CROSS JOIN ${HISTORY} AS h WHERE h.tenant = 't1'`,
  );
}
