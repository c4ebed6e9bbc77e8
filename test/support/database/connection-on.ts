import type pg from 'pg';
import { PgConnection } from '../../../src/postgres/connection/pg-connection.js';

/** A connection of ours on a client of the test, which stays the test's to close. */
export function connectionOn(client: pg.Client): PgConnection {
  return new PgConnection(client, () => Promise.resolve());
}
