/**
 * Rollouts over many tenants, next to the loop that everyone writes: `npm run bench:tenants`. Each measurement runs in a
 * process of its own. Compare within one run; times differ between machines.
 */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { NEWEST } from '../../tools/postgres-binaries.js';
import { circumstances } from '../machine.js';
import { replaceSection, TENANTS_SECTION } from '../pages/measured-section.js';
import { BenchServer } from '../server.js';
import { FIRST_FILES } from './files.js';
import { measureManyApplied } from './many-applied.js';
import { readOptions, type TenantsBenchOptions, USAGE } from './options.js';
import { renderTenants, type TenantsResults } from './page.js';
import { inDatabases, inSchemas } from './places.js';
import { measureRollouts, type RolloutsOptions } from './rollouts.js';

let options: TenantsBenchOptions;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}

const APPLIED_FILES = 30;
const { schemas, databases, applied, rounds, tools } = options;
const servers = [await BenchServer.start(NEWEST), await BenchServer.start(NEWEST)] as const;
const [server] = servers;
const load = loadavg()[1] ?? Number.NaN;
const tell: RolloutsOptions['tell'] = (work, tool, { ms }) => console.log(`${work}, ${tool}: ${Math.round(ms)} ms`);
try {
  console.log(`PostgreSQL ${server.version}, Node ${process.version}\n\n${schemas} schemas in one database`);
  const many = await measureRollouts({ tools, rounds, tell, makePlace: () => inSchemas(server, schemas) });
  console.log(`\n${databases} databases on two servers`);
  const apart = await measureRollouts({ tools, rounds, tell, makePlace: () => inDatabases(servers, databases) });
  const results: TenantsResults = {
    schemas: { count: schemas, series: many },
    databases: { count: databases, series: apart },
    applied: await measureManyApplied(server, { tenants: applied, files: APPLIED_FILES, rounds: 2 * rounds + 1 }),
    files: FIRST_FILES.length,
    load,
  };
  const measuredOn = circumstances(process.execPath, server.version, rounds);
  const page = renderTenants(measuredOn, results);
  console.log(`\n${page}`);
  writeFileSync(options.json, `${JSON.stringify({ circumstances: measuredOn, results }, undefined, 1)}\n`);
  if (options.docs) await replaceSection('performance.md', TENANTS_SECTION, page);
} finally {
  for (const each of servers) await each.remove();
}
