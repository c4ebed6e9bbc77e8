import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shuffled } from '../rounds.js';
import { FIRST_FILES, FIRST_TABLE, newFile, tableOf, writeTenantFiles } from './files.js';
import { measureTenants, type TenantsMeasurement } from './measurement.js';
import type { TenantsPlace } from './places.js';
import type { TenantsTool } from './tools.js';

export type Work = 'first run' | 'nothing to do' | 'one new file';

/** What one tool took for one work. */
export interface TenantsSeries {
  readonly work: Work;
  readonly tool: string;
  readonly measurements: readonly TenantsMeasurement[];
}

export interface RolloutsOptions {
  readonly tools: readonly TenantsTool[];
  readonly makePlace: () => Promise<TenantsPlace>;
  readonly rounds: number;
  readonly tell: (work: Work, tool: string, measurement: TenantsMeasurement) => void;
}

/**
 * Measures the first run of each tool once, then the other works in rounds, the tools in random order. Each tool has
 * tenants of its own. The first round only warms the caches.
 */
export async function measureRollouts(options: RolloutsOptions): Promise<TenantsSeries[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-tenants-'));
  const entrants: Entrant[] = [];
  try {
    writeTenantFiles(directory, FIRST_FILES);
    for (const tool of options.tools) entrants.push({ tool, place: await options.makePlace() });
    return await new Contest(directory, entrants, options).run();
  } finally {
    for (const { place } of entrants) await place.remove();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Entrant {
  readonly tool: TenantsTool;
  readonly place: TenantsPlace;
}

class Contest {
  private readonly all: { readonly work: Work; readonly tool: string; readonly measurement: TenantsMeasurement }[] = [];

  constructor(
    private readonly directory: string,
    private readonly entrants: readonly Entrant[],
    private readonly options: RolloutsOptions,
  ) {}

  async run(): Promise<TenantsSeries[]> {
    await this.round('first run', FIRST_TABLE);
    for (const { place } of this.entrants) await place.settle();
    await this.inRounds('nothing to do', () => FIRST_TABLE);
    let number = FIRST_FILES.length;
    await this.inRounds('one new file', () => {
      number += 1;
      writeTenantFiles(this.directory, [newFile(number)]);
      return tableOf(number);
    });
    return this.series();
  }

  /** @param begin returns a table that all tenants must have afterwards. */
  private async inRounds(work: Work, begin: () => string): Promise<void> {
    for (let round = 0; round <= this.options.rounds; round++) await this.round(work, begin(), round > 0);
  }

  private async round(work: Work, table: string, isKept = true): Promise<void> {
    for (const { tool, place } of shuffled(this.entrants)) {
      const measurement = await measureTenants(tool, { ...place, directory: this.directory });
      const [count, all] = [await place.count(table), place.tenants.length];
      if (count !== all) throw new Error(`${tool.name}: ${count} of ${all} tenants have ${table}.`);
      if (!isKept) continue;
      this.all.push({ work, tool: tool.name, measurement });
      this.options.tell(work, tool.name, measurement);
    }
  }

  private series(): TenantsSeries[] {
    const works = [...new Set(this.all.map(({ work }) => work))];
    return works.flatMap((work) =>
      this.entrants.map(({ tool: { name: tool } }) => {
        const own = this.all.filter((each) => each.work === work && each.tool === tool);
        return { work, tool, measurements: own.map(({ measurement }) => measurement) };
      }),
    );
  }
}
