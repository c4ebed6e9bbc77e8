import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationFile } from '../../bench/files/migration-file.js';
import { realisticFiles } from '../../bench/files/realistic.js';
import { seedFiles } from '../../bench/files/seeds.js';
import { startProxy } from '../../tools/proxy/proxy.js';
import { runProcess } from '../support/process.js';
import { writeFiles } from '../support/write-files.js';

/** What one run costs, by name. */
export type Costs = Readonly<Record<string, number>>;

/** What runs cost, by workload. */
export type Counts = Readonly<Record<string, Costs>>;

const CHILD = fileURLToPath(new URL('migrate.child.mjs', import.meta.url));
const COUNT_FILES = new URL('count-files.mjs', import.meta.url).href;
const FEW = realisticFiles(32);
const MANY = seedFiles(1_000);

/** Runs the workloads on fresh databases, and counts what they ask of the server and the disk. */
export async function measureCounts(createDatabase: () => Promise<string>): Promise<Counts> {
  const few = await Site.make(await createDatabase());
  const many = await Site.make(await createDatabase());
  try {
    await few.write(FEW.slice(0, -1));
    await few.migrate();
    await few.write(FEW);
    const oneNew = await few.migrate();
    const nothing = await few.migrate();
    few.connectionString = await createDatabase();
    const first = await few.migrate();
    await many.write(MANY);
    await many.migrate();
    return {
      'first run, 32 files': first,
      'one new file on 31 applied': oneNew,
      'nothing to do, 32 files': nothing,
      'nothing to do, 1,000 files': await many.migrate(),
    };
  } finally {
    await few.remove();
    await many.remove();
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

  /** One run in a process of its own. @throws if it fails */
  async migrate(): Promise<Costs> {
    const proxy = await startProxy(this.connectionString);
    try {
      const args = ['--import', COUNT_FILES, CHILD, proxy.connectionString, this.directory];
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
