import type { ClientConfig, Pool } from 'pg';
import type { ConnectionSource } from '../postgres/connection/connect.js';
import type { ConnectionOptions } from './connection-options.js';

/** The configured connection in the driver's own types, which our declarations do not mention. */
export function connectionSource({ connectionString, connection, pool }: ConnectionOptions): ConnectionSource {
  const given = (pool as Pool | undefined) ?? (connection as ClientConfig | undefined) ?? connectionString;
  if (given === undefined) throw new Error('options were not validated');
  return given;
}
