import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationFile } from '../../bench/files/migration-file.js';
import { realisticFiles } from '../../bench/files/realistic.js';
import { seedFiles } from '../../bench/files/seeds.js';
import { smallFile } from '../../bench/files/small.js';
import { startProxy } from '../../tools/proxy/proxy.js';
import { runProcess } from '../support/programs/process.js';
import { writeFiles } from '../support/files/write-files.js';

/** What one run costs, by name. */
export type Costs = Readonly<Record<string, number>>;

/** What runs cost, by workload. */
export type Counts = Readonly<Record<string, Costs>>;

const CHILD = fileURLToPath(new URL('migrate.child.mjs', import.meta.url));
const BASELINE = fileURLToPath(new URL('baseline.child.mjs', import.meta.url));
const HEALTH = fileURLToPath(new URL('health.child.mjs', import.meta.url));
const DRIFT = fileURLToPath(new URL('drift.child.mjs', import.meta.url));
const COUNT_FILES = new URL('count-files.mjs', import.meta.url).href;
const FEW = realisticFiles(32);
const MANY = seedFiles(1_000);
const TOO_MANY_TO_RUN = seedFiles(10_000);

/** Runs the workloads on fresh databases, and counts what they ask of the server and the disk. */
export async function measureCounts(createDatabase: () => Promise<string>): Promise<Counts> {
  const few = await Site.make(await createDatabase());
  const many = await Site.make(await createDatabase());
  const most = await Site.make(await createDatabase());
  try {
    // First: a health check reads files again that are only seconds old.
    await most.write(TOO_MANY_TO_RUN);
    await few.write(FEW.slice(0, -1));
    await few.migrate();
    await few.write(FEW);
    const oneNew = await few.migrate();
    const nothing = await few.migrate();
    few.connectionString = await createDatabase();
    const first = await few.migrate();
    await many.write(MANY);
    const firstOfMany = await many.migrate();
    const nothingOfMany = await many.migrate();
    await many.write([smallFile(MANY.length + 1)]);
    await most.run(BASELINE);
    return {
      'first run, 32 files': first,
      'one new file on 31 applied': oneNew,
      'nothing to do, 32 files': nothing,
      'first run, 1,000 files': firstOfMany,
      'nothing to do, 1,000 files': nothingOfMany,
      'one new file on 1,000 applied': await many.migrate(),
      'ten drift checks, 1,000 files': await many.run(DRIFT),
      'nothing to do, 10,000 files': await most.migrate(),
      'ten health checks, 10,000 files': await most.run(HEALTH),
    };
  } finally {
    await few.remove();
    await many.remove();
    await most.remove();
  }
}

const nameOf = ({ number, label }: MigrationFile): string => `${String(number).padStart(5, '0')}_${label}.sql`;

class Site {
  private constructor(
    private readonly directory: string,
    public connectionString: string,
  ) {}

  static async make(connectionString: string): Promise<Site> {
    return new Site(await mkdtemp(join(tmpdir(), 'migrations-counts-')), connectionString);
  }

  write(files: readonly MigrationFile[]): Promise<void> {
    return writeFiles(this.directory, Object.fromEntries(files.map((file) => [nameOf(file), file.sql])));
  }

  /** One run. @throws if it fails */
  migrate(): Promise<Costs> {
    return this.run(CHILD);
  }

  /** Runs a program in a process of its own. @throws if it fails */
  async run(child: string): Promise<Costs> {
    const proxy = await startProxy(this.connectionString);
    try {
      const args = ['--import', COUNT_FILES, child, proxy.connectionString, this.directory];
      const { code, stdout, stderr } = await runProcess(process.execPath, args);
      const files = /^FILES (.*)$/m.exec(stdout)?.[1];
      if (code !== 0 || files === undefined) throw new Error(`The run ended with ${code}:\n${stdout}${stderr}`);
      const { connections, roundTrips, statements, bytesSent, bytesReceived } = proxy.traffic();
      return {
        connections,
        'round trips': roundTrips,
        statements,
        'bytes sent': bytesSent,
        'bytes received': bytesReceived,
        ...(JSON.parse(files) as Costs),
      };
    } finally {
      await proxy.close();
    }
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
