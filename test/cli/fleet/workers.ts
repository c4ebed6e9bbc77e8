import { afterEach, beforeEach } from '@jest/globals';
import { linkPackages } from '../../support/programs/host-project.js';
import { until } from '../../support/jest/until.js';
import { LIST, useSchools, type RunningCommand, type Schools } from '../tenants/schools.js';

/** Schools in a project whose rollouts run over pg-boss. */
export interface SchoolsWithWorkers extends Schools {
  /** Starts a command; it is killed after the test. */
  readonly begin: (...args: string[]) => RunningCommand;
  /** Starts a worker. Returns when it waits for tenants. */
  readonly startWorker: (...flags: string[]) => Promise<RunningCommand>;
  /** Lets the migration that waits continue. */
  readonly letGo: () => Promise<unknown>;
  /** The number of tenants whose migration waits. */
  readonly waiting: () => Promise<number>;
}

/** Waits until `letGo()` has been called. */
export const WAITING = {
  'schools/003_wait.sql':
    'DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM shared.schools WHERE pilot) LOOP PERFORM pg_sleep(0.05); END LOOP; END $$;',
};

/** The engine as code: that of the library, not that of the command line. */
export const ENGINE_AS_CODE = {
  'migrations.config.mjs': `
import { pgBoss } from 'nestjs-pg-migrations/pg-boss';
export default { tenants: { directory: 'schools', list: ${JSON.stringify(LIST)}, engine: pgBoss() } };`,
};

export function useWorkers(name: string, engine: string | object = 'pg-boss'): SchoolsWithWorkers {
  const running: RunningCommand[] = [];
  // Before the hooks of the database, which expect that nothing is connected to it.
  afterEach(async () => {
    for (const { kill } of running) kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ ended }) => ended));
  });
  const schools = useSchools(name, { engine });
  const { db, start, project } = schools;
  beforeEach(() => linkPackages(project(), ['nestjs-pg-migrations', 'pg', 'pg-boss']));
  const begin: SchoolsWithWorkers['begin'] = (...args) => {
    const command = start(...args);
    running.push(command);
    return command;
  };
  return {
    ...schools,
    begin,
    startWorker: async (...flags) => {
      const worker = begin('fleet', 'work', ...flags);
      await until(() => /Waiting for rollouts/.test(Object.values(worker.output()).join('')));
      return worker;
    },
    letGo: () => db.query('UPDATE shared.schools SET pilot = true'),
    waiting: async () => {
      const sql = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
      return (await db.query(sql)).rowCount ?? 0;
    },
  };
}
