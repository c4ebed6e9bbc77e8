import type { ClientConfig } from 'pg';
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

/** Stands in for a host that is missing, as in `postgres://user:password@/database?host=/socket/directory`. */
const NO_HOST = 'no-host.invalid';

/** The driver also accepts `/socket/directory database` and `socket:/directory?db=database`. */
function urlOf(connectionString: string, database: string): string {
  if (connectionString.startsWith('/')) return `${connectionString.split(' ')[0]} ${database}`;
  try {
    const url = new URL(connectionString.replace('@/', `@${NO_HOST}/`));
    if (url.protocol === 'socket:') url.searchParams.set('db', database);
    else url.pathname = `/${encodeURIComponent(database)}`;
    return url.href.replace(`@${NO_HOST}/`, '@/');
  } catch (error) {
    throw unusableError(error);
  }
}
