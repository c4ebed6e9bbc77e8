/** Stands in for a host that is missing, as in `postgres://user:password@/database?host=/socket/directory`. */
const NO_HOST = 'no-host.invalid';

/**
 * The same connection string for another database of the server. The driver also accepts `/socket/directory database`
 * and `socket:/directory?db=database`.
 *
 * @throws TypeError if it is not a URL.
 */
export function urlOnDatabase(connectionString: string, database: string): string {
  if (connectionString.startsWith('/')) return `${connectionString.split(' ')[0]} ${database}`;
  return changedUrl(connectionString, (url) => {
    if (url.protocol === 'socket:') url.searchParams.set('db', database);
    else url.pathname = `/${encodeURIComponent(database)}`;
  });
}

/** Replaces the passwords in a connection string with `***`. @throws TypeError if it is not a URL. */
export function withoutPassword(connectionString: string): string {
  if (connectionString.startsWith('/')) return connectionString;
  return changedUrl(connectionString, (url) => {
    if (url.password !== '') url.password = '***';
    if (url.searchParams.has('password')) url.searchParams.set('password', '***');
  });
}

function changedUrl(connectionString: string, change: (url: URL) => void): string {
  const url = new URL(connectionString.replace('@/', `@${NO_HOST}/`));
  change(url);
  return url.href.replace(`@${NO_HOST}/`, '@/');
}
