import type { ServerErrorDetails } from './database-errors.js';

/** The SQLSTATEs that decisions depend on, named as in PostgreSQL's own list. */
export const SQLSTATE = {
  successfulCompletion: '00000',
  connectionFailure: '08006',
  featureNotSupported: '0A000',
  invalidParameterValue: '22023',
  invalidTextRepresentation: '22P02',
  uniqueViolation: '23505',
  activeSqlTransaction: '25001',
  readOnlySqlTransaction: '25006',
  invalidStatementName: '26000',
  invalidAuthorization: '28000',
  invalidPassword: '28P01',
  invalidTransactionTermination: '2D000',
  invalidCatalogName: '3D000',
  invalidSchemaName: '3F000',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  insufficientPrivilege: '42501',
  undefinedColumn: '42703',
  undefinedObject: '42704',
  datatypeMismatch: '42804',
  wrongObjectType: '42809',
  undefinedFunction: '42883',
  undefinedTable: '42P01',
  duplicateSchema: '42P06',
  duplicateTable: '42P07',
  duplicateColumn: '42701',
  tooManyConnections: '53300',
  objectInUse: '55006',
  lockNotAvailable: '55P03',
  unsafeNewEnumValue: '55P04',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  internalError: 'XX000',
  /** Our own: raised on completion when the claim is not the one that this transaction made. */
  lostClaim: 'NPM01',
} as const;

/** True when a retry may succeed: after a lock timeout or a deadlock. */
export function isTransient({ sqlstate }: ServerErrorDetails): boolean {
  return sqlstate === SQLSTATE.lockNotAvailable || sqlstate === SQLSTATE.deadlockDetected;
}

const CONNECTION_EXCEPTIONS = '08';
const UNAVAILABLE: readonly string[] = [
  SQLSTATE.tooManyConnections,
  SQLSTATE.adminShutdown,
  SQLSTATE.crashShutdown,
  SQLSTATE.cannotConnectNow,
];

/** True when the server cannot be used now: the connection failed, or the server is shutting down, starting or full. */
export function isUnavailable({ sqlstate }: ServerErrorDetails): boolean {
  return sqlstate.startsWith(CONNECTION_EXCEPTIONS) || UNAVAILABLE.includes(sqlstate);
}

/** The table, or its schema, does not exist. */
export const UNDEFINED_TABLE: readonly string[] = [SQLSTATE.undefinedTable, SQLSTATE.invalidSchemaName];
