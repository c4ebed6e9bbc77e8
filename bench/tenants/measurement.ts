import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMeasured } from '../measurement.js';
import type { TenantsTool } from './tools.js';

/** A tenant as the fleet and the loop get it. */
export interface BenchTenant {
  readonly name: string;
  readonly schema?: string;
  readonly connectionString?: string;
}

/** What a tool is asked to migrate. */
export interface TenantsJob {
  /** The database of the tenants that have no other one. */
  readonly connectionString: string;
  readonly directory: string;
  readonly tenants: readonly BenchTenant[];
}

/** What one pass over all tenants took, in a process of its own. */
export interface TenantsMeasurement {
  readonly ms: number;
  /** User and system time of the pass. */
  readonly cpuMs: number;
  /** The highest resident memory in the second tenth of the time. */
  readonly earlyMb: number;
  /** The same in the last tenth. */
  readonly lateMb: number;
  readonly peakMb: number;
}

const CHILD = fileURLToPath(new URL('measure.child.mjs', import.meta.url));

/** Runs a tool in a process of its own. @throws with its output if it fails */
export async function measureTenants({ adapter, atOnce }: TenantsTool, job: TenantsJob): Promise<TenantsMeasurement> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-job-'));
  const file = join(folder, 'job.json');
  try {
    await writeFile(file, JSON.stringify({ ...job, atOnce }));
    const adapterUrl = new URL(`adapters/${adapter}.mjs`, import.meta.url).href;
    return (await runMeasured(process.execPath, [CHILD, adapterUrl, file])) as TenantsMeasurement;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
