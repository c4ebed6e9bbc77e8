import type { Pool } from 'pg';
import * as v from 'valibot';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { isPool } from '../../postgres/connection/connect.js';
import { addressOf } from '../../postgres/connection/driver.js';
import { ENCODE_PASSWORD } from '../../postgres/connection/server-error.js';
import type { ConnectionOptions } from '../connection-options.js';
import type { PgConnectionConfig, PgPool } from '../driver-types.js';
import { isObject, text, type Fields } from './checks.js';

/** The options that name a connection. */
export const connectionFields: Fields<ConnectionOptions> = {
  connectionString: v.optional(
    v.pipe(
      text,
      v.check(
        (url) => urlProblem(url) === undefined,
        ({ input }) => urlProblem(input) ?? '',
      ),
    ),
  ),
  connection: v.optional(v.custom<PgConnectionConfig>(isObject, 'expected an object')),
  pool: v.optional(
    v.custom<PgPool>((value) => isObject(value) && isPool(value as Pool), 'expected a Pool of the package pg'),
  ),
};

const FORM = /^(?:postgres(?:ql)?:\/\/|socket:|\/)/i;

const UNSET = 'is the environment variable that it comes from set?';
const NOT_A_URL = 'it is not a PostgreSQL URL (postgres://user:password@host:5432/database)';
const SEVERAL_HOSTS = 'it names several hosts, which the driver does not support: give only the primary';

/**
 * Returns what is wrong with a connection string, which must be a PostgreSQL URL or the path of a socket. The driver
 * treats anything else as a database name, and the server's error would repeat it, including the password.
 */
function urlProblem(connectionString: string): string | undefined {
  if (connectionString === '') return `it is empty: ${UNSET}`;
  if (!FORM.test(connectionString)) return NOT_A_URL;
  const [, authority = '', rest = ''] = /^\w+:\/\/([^/?#]*)(.*)$/s.exec(connectionString) ?? [];
  if (authority.slice(authority.lastIndexOf('@') + 1).includes(',')) return SEVERAL_HOSTS;
  // The first of / ? # ends user, password and host: an @ after it shows that it cut off a password.
  const cutOff = !authority.includes('@') && rest.includes('@');
  if (cutOff && rest.startsWith('#')) return `${NOT_A_URL}. ${ENCODE_PASSWORD}`;
  if (URL.canParse(connectionString)) return undefined;
  try {
    addressOf({ connectionString });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_URL') return undefined;
    return cutOff ? `${NOT_A_URL}. ${ENCODE_PASSWORD}` : NOT_A_URL;
  }
}

const WAYS = ['connectionString', 'connection', 'pool'] as const;

/** Checks that exactly one way to connect is given. @param prefix of the names of the options. */
export function connectionProblems(options: ConnectionOptions, prefix: string): ConfigurationProblem[] {
  const [first, ...more] = WAYS.filter((way) => options[way] !== undefined);
  if (first !== undefined) {
    const others = more.map((way) => ({ option: `${prefix}${way}` }));
    const detail = 'give exactly one';
    return others.length === 0 ? [] : [{ option: `${prefix}${first}`, code: 'contradiction', others, detail }];
  }
  const unset = WAYS.find((way) => way in options);
  return unset
    ? [{ option: `${prefix}${unset}`, code: 'missing', detail: `is undefined: ${UNSET}` }]
    : [{ code: 'missing', detail: `no connection: give one of ${WAYS.map((way) => `${prefix}${way}`).join(', ')}` }];
}
