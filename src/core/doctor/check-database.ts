import { describeHolder } from '../errors/lock-errors.js';
import { quoteIdentifier } from '../sql/text/quote.js';
import { majorOf } from '../catalog/version-rules.js';
import { check, type Check } from './check.js';
import type { DatabaseFacts } from './facts.js';

const OLDEST = 13;
const NEWEST = 18;

/** Options on which the required privileges depend. */
interface DoctorOptions {
  readonly lock: 'auto' | 'session' | 'transaction' | 'off';
  readonly tracking: boolean;
}

/** Checks what the facts about a database mean for migrations. */
export function checkDatabase(facts: DatabaseFacts, options: DoctorOptions): Check[] {
  return [
    connection(facts),
    server(facts),
    pooler(facts, options),
    ...rights(facts, options),
    ...(options.tracking ? [table(facts)] : [check('options', 'warning', UNTRACKED)]),
    ...(options.lock === 'off' ? [check('options', 'warning', UNLOCKED)] : []),
    lock(facts),
    ...facts.problems.map((problem) => check('rights', 'error', problem)),
  ];
}

const UNTRACKED =
  'The option "tracking" is false: every file runs every time, and nothing is recorded. That is for test databases.';
const UNLOCKED =
  'The migration lock is off: two processes can migrate at once, and non-transactional migrations are refused.';

function connection({ database, role, isEncrypted, isLocal }: DatabaseFacts): Check {
  const as = `Connected to the database ${database}; migrations run as ${role}`;
  if (isEncrypted) return check('connection', 'ok', `${as}. The connection is encrypted with TLS.`);
  if (isLocal)
    return check('connection', 'ok', `${as}. The connection does not leave this machine, and is not encrypted.`);
  const hint = 'Add sslmode=verify-full to the URL, or ssl to the connection.';
  return check(
    'connection',
    'warning',
    `${as}. The connection is not encrypted: anybody on the network can read it. ${hint}`,
  );
}

function server({ version, standby, readOnly }: DatabaseFacts): Check {
  const major = majorOf(version);
  const name = `PostgreSQL ${major}.${version % 10_000}`;
  const range = `${OLDEST} to ${NEWEST}`;
  if (major < OLDEST)
    return check('server', 'error', `${name} is not supported: upgrade the server to a version from ${range}.`);
  if (standby) return check('server', 'error', `${name} is a read-only standby. Connect to the primary.`);
  if (readOnly)
    return check(
      'server',
      'error',
      `${name}: default_transaction_read_only is on for this connection. Migrations cannot be recorded.`,
    );
  if (major > NEWEST)
    return check(
      'server',
      'warning',
      `${name} is newer than the versions that this release was tested with (${range}).`,
    );
  return check('server', 'ok', `${name}, a primary that accepts writes.`);
}

function pooler({ pooling }: DatabaseFacts, { lock: kind }: DoctorOptions): Check {
  if (pooling === 'none') return check('pooler', 'ok', 'There is no pooler between this machine and the server.');
  if (pooling === 'unclear') {
    const unless =
      kind === 'session'
        ? 'The option "lock" is "session", which is safe only in session mode.'
        : 'The migration lock is safe in either mode.';
    return check(
      'pooler',
      kind === 'session' ? 'warning' : 'ok',
      `Behind a pooler that appears to be in session mode. ${unless}`,
    );
  }
  if (kind !== 'session')
    return check('pooler', 'ok', 'Behind a pooler in transaction mode. The migration lock takes that into account.');
  return check(
    'pooler',
    'error',
    (say) =>
      `Behind a pooler in transaction mode, where a session lock protects nothing. Use ${say({ action: 'set', option: 'lock', value: 'auto' })}.`,
  );
}

function rights({ role, creationSchema, history, database }: DatabaseFacts, { tracking }: DoctorOptions): Check[] {
  const to = quoteIdentifier(role);
  const found: Check[] = [];
  const lacks = (what: string, sql: string, level: Check['level'] = 'error'): void => {
    found.push(check('rights', level, `The role ${role} may not ${what}. As an administrator, run: ${sql}`));
  };
  const { schema } = history;
  if (tracking && !history.schemaExists && !history.mayCreateSchema)
    lacks(
      `create the schema ${schema} of the history`,
      `CREATE SCHEMA ${quoteIdentifier(schema)} AUTHORIZATION ${to};`,
    );
  else if (tracking && history.schemaExists && !history.tableExists && !history.mayCreateTable)
    lacks(
      `create the history table in the schema ${schema}`,
      `GRANT CREATE, USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${to};`,
    );
  if (creationSchema && !creationSchema.mayCreate)
    lacks(
      `create objects in the schema ${creationSchema.name}, where objects with unqualified names are created`,
      `GRANT CREATE ON SCHEMA ${quoteIdentifier(creationSchema.name)} TO ${to};`,
      'warning',
    );
  if (found.length > 0) return found;
  return [check('rights', 'ok', `The role ${role} has the privileges to create objects in ${database}.`)];
}

function table({ history: { name, tableExists, outdated } }: DatabaseFacts): Check {
  if (!tableExists) return check('history', 'ok', `${name} does not exist yet: the first run creates it.`);
  if (outdated.length === 0) return check('history', 'ok', `${name} is up to date.`);
  return check(
    'history',
    'warning',
    (say) => `${name} lacks ${outdated.join(', ')}. The next run adds what is missing: ${say({ action: 'migrate' })}.`,
  );
}

function lock({ holder }: DatabaseFacts): Check {
  if (!holder) return check('lock', 'ok', 'The migration lock is free.');
  return check(
    'lock',
    'warning',
    (say) =>
      `The migration lock is ${describeHolder(holder)}. If that process is gone or stuck, terminate it with ${say({ action: 'unlock' })}.`,
  );
}
