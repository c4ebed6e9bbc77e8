import { importOurs } from './import-ours.mjs';

/** One rollout over all tenants. */
export async function load() {
  const { createFleet } = await importOurs();
  return async ({ connectionString, directory, tenants, atOnce }) => {
    const rollout = { parallelism: atOnce };
    const fleet = createFleet({ connectionString, tenants: { directory, sharedFiles: false, list: tenants, rollout } });
    await fleet.migrate();
    await fleet.close();
  };
}
