import pg from 'pg';
import type { ClientConfig, Pool } from 'pg';
import { z } from 'zod';
import { isPool } from '../postgres/connection/connection.js';

/** A database, named in exactly one of three ways. */
export interface ConnectionOptions {
  /** A PostgreSQL URL: `postgres://user:password@host:5432/database`. */
  connectionString?: string | undefined;
  /** A configuration of the `pg` driver. */
  connection?: ClientConfig | undefined;
  /**
   * A pool of the application's. It is never ended here; a client borrowed from it that ran a migration is destroyed.
   */
  pool?: Pool | undefined;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const connectionFields = {
  connectionString: z
    .string()
    .min(1, 'it is empty')
    .refine(isConnectionString, 'it is not a PostgreSQL URL (postgres://user:password@host:5432/database)')
    .optional(),
  connection: z.custom<object>(isObject, 'expected an object').optional(),
  pool: z.custom<object>((value) => isObject(value) && isPool(value), 'expected a Pool of the package pg').optional(),
};

const FORM = /^(?:postgres(?:ql)?:\/\/|socket:|\/)/i;

/**
 * A URL of PostgreSQL, or the path of a socket. The driver takes anything else for the name of a database, and then the server's answer would
 * repeat it, password and all.
 */
function isConnectionString(connectionString: string): boolean {
  if (connectionString === '') return true; // said already
  if (!FORM.test(connectionString)) return false;
  try {
    return Boolean(new pg.Client({ connectionString }));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ERR_INVALID_URL';
  }
}

const WAYS = ['connectionString', 'connection', 'pool'] as const;

/** Whether exactly one way is given. @returns what is wrong, by the name of the option. */
export function connectionProblems(options: ConnectionOptions, prefix: string): string[] {
  const given = WAYS.filter((way) => options[way] !== undefined);
  if (given.length === 1) return [];
  if (given.length > 1)
    return [`${given.map((way) => `${prefix}${way}`).join(' and ')} contradict one another: give exactly one`];
  const unset = WAYS.find((way) => way in options);
  return unset
    ? [`${prefix}${unset} is undefined: is the environment variable that it comes from set?`]
    : [`no connection: give one of ${WAYS.map((way) => `${prefix}${way}`).join(', ')}`];
}
