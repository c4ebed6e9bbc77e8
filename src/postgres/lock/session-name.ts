import { quoteLiteral } from '../../core/sql/text/quote.js';
import { cutToBytes, MAX_NAME_BYTES } from '../../core/target/name-length.js';

/** Separates a session's own name from the file it runs. */
export const NAME_SEPARATOR = ': ';

/** The `application_name` of a session while it runs a file, cut to the length that PostgreSQL keeps. */
export function sessionName(own: string, file: string): string {
  return cutToBytes(`${own}${NAME_SEPARATOR}${file}`, MAX_NAME_BYTES);
}

/** The file in a name from {@link sessionName}; null if there is none. */
export function fileOfSession(name: string | null): string | null {
  const at = name?.lastIndexOf(NAME_SEPARATOR) ?? -1;
  return name === null || at < 0 ? null : name.slice(at + NAME_SEPARATOR.length);
}

/** SQL expression that sets `application_name` until it is reset. */
export function nameSession(name: string): string {
  return `pg_catalog.set_config('application_name', ${quoteLiteral(name)}, false)`;
}
