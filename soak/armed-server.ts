import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedServer } from '../src/testing/embedded/server.js';
import { withClient } from '../test/support/database/database.js';
import { CRASH_SAFE, startEphemeralServer } from '../test/support/server/ephemeral-server.js';
import { writeFiles } from '../test/support/files/write-files.js';
import { GATES_SQL } from './gates.js';
import { BEFORE, FILES } from './kill-files.js';
import { followUp } from './follow-up.js';
import { type Outcome, readOutcome } from './outcome.js';

const TEMPLATE = 'armed';

/** A server that may be killed, whose databases have a history table and gates, and what a run on one comes to. */
export class ArmedServer {
  private constructor(
    readonly server: EmbeddedServer,
    private readonly directory: string,
    /** Of a run that nobody disturbs. */
    readonly expected: Outcome,
  ) {}

  static async start(): Promise<ArmedServer> {
    const directory = await mkdtemp(join(tmpdir(), 'migrations-soak-'));
    const server = await startEphemeralServer(CRASH_SAFE);
    try {
      await writeFiles(join(directory, 'before'), BEFORE);
      await writeFiles(join(directory, 'migrations'), FILES);
      await onServer(server, `CREATE DATABASE ${TEMPLATE}`);
      await migrateUndisturbed(server.connectionString(TEMPLATE), join(directory, 'before'));
      await withClient(server.connectionString(TEMPLATE), (client) => client.query(GATES_SQL));
      const undisturbed = await createDatabase(server, 'undisturbed');
      await migrateUndisturbed(undisturbed, join(directory, 'migrations'));
      return new ArmedServer(server, directory, await readOutcome(undisturbed));
    } catch (error) {
      await server.remove();
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** What every round migrates. */
  get migrations(): string {
    return join(this.directory, 'migrations');
  }

  createDatabase(name: string): Promise<string> {
    return createDatabase(this.server, name);
  }

  async dropDatabase(name: string): Promise<void> {
    await onServer(this.server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  async remove(): Promise<void> {
    await this.server.remove();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function createDatabase(server: EmbeddedServer, name: string): Promise<string> {
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  return server.connectionString(name);
}

async function onServer(server: EmbeddedServer, sql: string): Promise<void> {
  await withClient(server.connectionString(), (client) => client.query(sql));
}

async function migrateUndisturbed(connectionString: string, directory: string): Promise<void> {
  const { problems } = await followUp(connectionString, directory);
  if (problems.length > 0) throw new Error(`the undisturbed run failed: ${problems.join()}`);
}
