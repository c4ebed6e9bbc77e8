import { importOurs } from './import-ours.mjs';

/** A fleet whose tenants are distributed by pg-boss. */
export async function bossFleet({ connectionString, directory, tenants, atOnce }) {
  const { createFleet } = await importOurs();
  const { pgBoss } = await import('../../../dist/esm/pg-boss.js');
  const rollout = { parallelism: atOnce };
  const list = { directory, sharedFiles: false, list: tenants, rollout, engine: pgBoss() };
  return createFleet({ connectionString, tenants: list });
}
