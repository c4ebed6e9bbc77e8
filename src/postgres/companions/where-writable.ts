import { SQLSTATE, UNDEFINED_TABLE } from '../../core/errors/sqlstate.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';

/** The table does not exist, cannot be written by the role, or is on a read-only server. */
export const NOT_WRITABLE: readonly string[] = [
  ...UNDEFINED_TABLE,
  SQLSTATE.insufficientPrivilege,
  SQLSTATE.readOnlySqlTransaction,
];

/** The result of work on a companion table; undefined if the role may not do it. */
export async function whereWritable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (NOT_WRITABLE.includes(serverErrorOf(error)?.sqlstate ?? '')) return undefined;
    throw queryError('tracking incidents', error);
  }
}
