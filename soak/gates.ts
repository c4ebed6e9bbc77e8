import type pg from 'pg';
import { until } from '../test/support/jest/until.js';

/**
 * Places at which a migrating backend can be made to wait, so that it is known, and not guessed, where a fault strikes.
 * A gate is an advisory lock: who passes takes it shared for its transaction, who closes it holds it.
 */
const GATES = 4_711;

/** SQL that passes a gate. */
export function gateCall(name: string): string {
  return `SELECT soak.gate('${name}');`;
}

/**
 * - `claim <file>`: the claim is about to be written.
 * - `boundary <file> <n>`: step n of a non-transactional file ran, and its record is about to be written.
 * - `commit <file>`: within the COMMIT of a file, after everything that the client sent for it.
 */
export const GATES_SQL = `
  CREATE SCHEMA soak;
  CREATE FUNCTION soak.gate(name text) RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(${GATES}, pg_catalog.hashtext(name)); END $$;
  CREATE FUNCTION soak.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM soak.gate(CASE TG_NAME WHEN 'boundary' THEN pg_catalog.format('boundary %s %s', NEW.migration_file, NEW.steps_done)
                                   ELSE pg_catalog.format('%s %s', TG_NAME, NEW.migration_file) END);
    RETURN NEW;
  END $$;
  CREATE TRIGGER claim BEFORE INSERT ON shared.schema_migrations FOR EACH ROW EXECUTE FUNCTION soak.pass();
  CREATE TRIGGER boundary BEFORE UPDATE ON shared.schema_migrations FOR EACH ROW
    WHEN (OLD.steps_done IS DISTINCT FROM NEW.steps_done) EXECUTE FUNCTION soak.pass();
  CREATE CONSTRAINT TRIGGER commit AFTER UPDATE ON shared.schema_migrations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.error_message IS NULL) EXECUTE FUNCTION soak.pass();`;

const ARRIVES_WITHIN_MS = 20_000;

export async function closeGate(client: pg.Client, name: string): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${GATES}, hashtext($1))`, [name]);
}

export async function openGate(client: pg.Client, name: string): Promise<void> {
  await client.query(`SELECT pg_advisory_unlock(${GATES}, hashtext($1))`, [name]);
}

/** @throws Error when nobody comes to the gate. */
export async function someoneWaitsAt(client: pg.Client, name: string): Promise<void> {
  await until(async () => {
    const { rows } = await client.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = ${GATES} AND objsubid = 2
          AND objid::bigint = hashtext($1)::bigint & 4294967295
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [name],
    );
    return rows.length > 0;
  }, ARRIVES_WITHIN_MS);
}
