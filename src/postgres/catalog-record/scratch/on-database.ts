import type { ClientConfig } from 'pg';
import { urlOnDatabase } from '../../../core/target/database-url.js';
import { isPool, type ConnectionSource } from '../../connection/connect.js';
import { unusableError } from '../../connection/server-error.js';

/** A connection to another database of the same server. @throws DatabaseConnectionError if the URL is invalid */
export function onDatabase(source: ConnectionSource, database: string): ClientConfig {
  if (typeof source === 'string') return { connectionString: urlOf(source, database) };
  const config = isPool(source) ? source.options : source;
  const { connectionString } = config;
  return {
    ...config,
    password: config.password, // not enumerable in the options of a pool
    database,
    ...(connectionString !== undefined && { connectionString: urlOf(connectionString, database) }),
  };
}

function urlOf(connectionString: string, database: string): string {
  try {
    return urlOnDatabase(connectionString, database);
  } catch (error) {
    throw unusableError(error);
  }
}
