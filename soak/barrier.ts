import type pg from 'pg';
import { lockKey } from '../src/postgres/lock/lock.js';
import { closeGate, openGate, someoneWaitsAt } from './gates.js';
import type { MigratingProcess } from './migrating-process.js';
import type { RoundPlan } from './plan.js';

/** Where a round makes its runner wait. */
export interface Barrier {
  close(): Promise<void>;
  /** Comes about when the runner waits there. */
  reached(): Promise<void>;
  open(): Promise<void>;
}

/** A gate, or in the phase `lock` the migration lock itself. */
export function barrierOf({ gate }: RoundPlan, driver: pg.Client, runner: MigratingProcess, database: string): Barrier {
  if (gate !== undefined) {
    return {
      close: () => closeGate(driver, gate),
      reached: () => someoneWaitsAt(driver, gate),
      open: () => openGate(driver, gate),
    };
  }
  const key = lockKey(database, { schema: 'shared', table: 'schema_migrations' });
  return {
    close: async () => void (await driver.query(`SELECT pg_advisory_lock(${key})`)),
    reached: () => runner.waitsForLock(),
    open: async () => void (await driver.query(`SELECT pg_advisory_unlock(${key})`)),
  };
}
