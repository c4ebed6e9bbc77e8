import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationFile } from '../files/migration-file.js';
import { fingerprintOf } from '../fingerprint.js';
import { type BenchServer, query } from '../server.js';
import type { Job, Tool } from '../tool.js';

/** A directory of migrations for one tool. */
export class Site {
  private constructor(
    private readonly tool: Tool,
    readonly directory: string,
  ) {}

  static async make(tool: Tool, files: readonly MigrationFile[]): Promise<Site> {
    const site = new Site(tool, await mkdtemp(join(tmpdir(), 'bench-files-')));
    site.write(files);
    return site;
  }

  write(files: readonly MigrationFile[]): void {
    this.tool.write(this.directory, files);
  }

  async freshJob(server: BenchServer): Promise<Job> {
    return { connectionString: await server.createDatabase(), directory: this.directory };
  }

  /**
   * @param applied how many migrations the tool must have recorded
   * @throws Error if it recorded another number, or the schema is not what the files make
   */
  async verify(connectionString: string, applied: number, fingerprint: string): Promise<void> {
    if (this.tool.history !== undefined) {
      const { rows } = await query<{ count: string }>(connectionString, this.tool.history);
      const count = Number(rows[0]?.count);
      if (count !== applied) throw new Error(`${this.tool.name} recorded ${count} migrations instead of ${applied}.`);
    }
    if ((await fingerprintOf(connectionString)) !== fingerprint) {
      throw new Error(`${this.tool.name} left another schema than the files make.`);
    }
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
