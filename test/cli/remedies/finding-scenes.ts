import { join } from 'node:path';
import type { FindingCode } from '../../../src/core/errors/finding.js';
import {
  change,
  inOrder,
  inSubfolder,
  killed,
  migrated,
  query,
  renamed,
  restored,
  TENANTS,
  tenantsMigrated,
  without,
  type Scene,
} from './stage.js';

export const A = { '1.sql': 'CREATE TABLE a (id int);' };
const CONCURRENTLY = { '1.sql': 'CREATE TABLE a (id int);\n', '2.sql': 'CREATE INDEX CONCURRENTLY i ON a (id);\n' };
const FAILING = { '1.sql': '-- no-transaction\nSELECT 1;\nCALL p();\n' };
export const COMMITS = 'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$';
export const CHANGED: Scene = {
  files: A,
  set: inOrder(migrated, change('1.sql', 'CREATE TABLE a (id bigint);')),
  command: ['migrate', '--policy', 'changed=fail'],
  names: ['accept 1.sql --policy changed=fail'],
};
export const STEP_IN_DOUBT: Scene = {
  files: FAILING,
  set: inOrder(migrated, query(COMMITS), killed),
  command: ['migrate'],
  names: ['resolve 1.sql --done', 'resolve 1.sql --again'],
};
const subfolder: Scene['value'] = ({ directory }) => join(directory, 'sub');
const direct: Pick<Scene, 'command' | 'names' | 'value' | 'isPooled'> = {
  command: ['migrate'],
  names: ['--database-url <url>'],
  value: ({ db }) => db.connectionString,
  isPooled: true,
};

/** Remedies without a command: an edit of the file, SQL, or nothing to do. */
export const none = undefined;

/** By the code of a finding, how to cause its message, if it suggests a command or a flag. */
export const FINDING_SCENES: Readonly<Record<FindingCode, Scene | undefined>> = {
  CHANGED: { ...CHANGED, command: ['drift'], names: ['accept 1.sql'] },
  COSMETIC: {
    files: A,
    set: inOrder(migrated, change('1.sql', '-- a\nCREATE TABLE a (id int);')),
    command: ['drift'],
    names: ['accept 1.sql'],
  },
  RENAMED: {
    files: A,
    set: inOrder(migrated, renamed('1.sql', "2_it's.sql")),
    command: ['drift'],
    names: [String.raw`accept '2_it'\''s.sql'`],
  },
  RENAMED_UNFINISHED: none,
  MISSING: {
    files: { ...A, '2.sql': 'SELECT 2;' },
    set: inOrder(migrated, without('1.sql')),
    command: ['check'],
    names: ['unmark 1.sql'],
  },
  OUT_OF_ORDER: {
    files: { '999.sql': 'SELECT 1;' },
    set: inOrder(migrated, without('999.sql'), change('4.sql', 'SELECT 4;')),
    command: ['migrate', '--policy', 'outOfOrder=fail', '--policy', 'missing=note'],
    names: [
      'migrate --policy missing=note --policy outOfOrder=warn',
      'unmark 999.sql --policy outOfOrder=fail --policy missing=note',
    ],
  },
  AMBIGUOUS_RENAME: {
    files: { '5.sql': 'SELECT 1;', '6.sql': 'SELECT 1;' },
    set: inOrder(migrated, renamed('5.sql', '7.sql'), without('6.sql')),
    command: ['plan'],
    names: ['mark 7.sql', 'unmark 5.sql', 'unmark 6.sql'],
    ways: [[0, 1, 2]],
  },
  FAILED: { files: { '1.sql': 'SELECT 1/0;' }, set: migrated, command: ['check'], names: ['mark 1.sql'] },
  AHEAD: none,
  OBJECT_ADDED: {
    files: A,
    set: inOrder(migrated, query('CREATE TABLE b ()')),
    command: ['drift'],
    names: ["accept --object 'Table public.b'"],
  },
  OBJECT_REMOVED: {
    files: A,
    set: inOrder(migrated, query('DROP TABLE a')),
    command: ['drift'],
    names: ["accept --object 'Table public.a'"],
  },
  OBJECT_CHANGED: {
    files: A,
    set: inOrder(migrated, query('ALTER TABLE a ALTER COLUMN id TYPE bigint')),
    command: ['drift'],
    names: ["accept --object 'Column public.a.id'"],
  },
  OBJECTS_REWRITTEN: none,
  CATALOG_NOT_RECORDED: none,
  CATALOG_NOT_COMPARED: none,
  NOT_IN_MIGRATIONS: none,
  NOT_IN_DATABASE: none,
  DIFFERS_FROM_MIGRATIONS: none,
  FAR_REACHING_STATEMENT: {
    files: { ...A, '2.sql': "ALTER ROLE CURRENT_USER SET work_mem = '4MB'; ALTER ROLE CURRENT_USER RESET work_mem" },
    command: ['verify', '--policy', 'objectRemoved=note'],
    names: ['--skip 2.sql', '--server <url>'],
    value: ({ db }) => db.connectionString,
  },
  NOT_IN_CHECKPOINT: none,
  UNREADABLE_STATEMENT: {
    files: { ...A, '2.sql': 'SET standard_conforming_strings = off;' },
    set: migrated,
    command: ['verify', '--policy', 'objectRemoved=note'],
    names: ['--skip 2.sql', '--server <url>'],
    value: ({ db }) => db.connectionString,
  },
  UNVERIFIED: none,
  ORPHANED: {
    files: FAILING,
    set: inOrder(migrated, killed, without('1.sql'), change('2.sql', 'SELECT 2;')),
    command: ['drift'],
    names: ['resolve 1.sql --done', 'resolve 1.sql --again', 'unmark 1.sql'],
    ways: [
      [0, 2],
      [1, 2],
    ],
  },
  INVALID_INDEX: none,
  UNUSABLE_FILE: none,
  EMPTY_DIRECTORY: {
    files: A,
    set: inOrder(migrated, inSubfolder),
    command: ['status'],
    names: ['--dir <directory>', 'status --recursive', 'unmark 1.sql'],
    value: subfolder,
  },
  NO_MIGRATIONS: {
    files: A,
    set: inSubfolder,
    command: ['migrate'],
    names: ['--dir <directory>', 'migrate --recursive'],
    value: subfolder,
  },
  UNDO_SECTION: {
    files: { '1.sql': '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;' },
    command: ['migrate'],
    names: ['migrate --layout goose'],
  },
  SECTION: none,
  META_COMMAND: none,
  COPY_WITHOUT_END: none,
  NUL_CHARACTER: none,
  UNKNOWN_DIRECTIVE: none,
  INVALID_DIRECTIVE: none,
  READ_ONLY_TRANSACTION: none,
  OPEN_TRANSACTION: none,
  MISSING_PLACEHOLDER: {
    files: { '1.sql': `SELECT '{{tenant}}', '{{other}}';` },
    command: ['migrate', '--placeholder', 'other=1'],
    names: ['--placeholder tenant=<value>'],
    value: () => 'acme',
  },
  FINISHED_STEPS_CHANGED: {
    files: FAILING,
    set: inOrder(migrated, change('1.sql', '-- no-transaction\nSELECT 2;\nSELECT 3;\n')),
    command: ['plan'],
    names: ['repair --resume 1.sql', 'repair --restart 1.sql', 'mark 1.sql'],
  },
  STEP_IN_DOUBT: { ...STEP_IN_DOUBT, command: ['mark', '1.sql'] },
  LOST_SESSION: {
    files: { '1.sql': '-- no-transaction\nCREATE TEMPORARY TABLE work ();\nCALL p();\nSELECT FROM work;\n' },
    set: inOrder(migrated, query(COMMITS)),
    command: ['migrate'],
    names: ['repair --restart 1.sql', 'mark 1.sql'],
  },
  NOT_TRANSACTIONAL: {
    files: CONCURRENTLY,
    command: ['migrate', '--transaction', 'all', '--search-path', 'public, pg_temp'],
    names: [`migrate --search-path 'public, pg_temp' --transaction each`],
  },
  UNLOCKED: { files: CONCURRENTLY, command: ['migrate', '--lock', 'off'], names: ['migrate --lock auto'] },
  POOLER_SESSION_LOCK: { files: { '1.sql': 'SELECT pg_advisory_lock(7);' }, ...direct },
  POOLER_SESSION_STATE: { files: { '1.sql': '-- no-transaction\nSET search_path = public;\nSELECT 1;' }, ...direct },
  POOLER_LIMIT: { files: { '1.sql': '-- lock-timeout: 1s\nVACUUM' }, ...direct },
  POOLER_ROLE: { files: { '1.sql': 'VACUUM' }, ...direct, command: ['migrate', '--search-path', 'public'] },
  LINT_ERROR: none,
  CHECKSUMS_ADOPTED: none,
  RUNS_OUT_OF_ORDER: none,
  LINT_WARNING: none,
  RESUMED: none,
  RUN_AS_STEPS: none,
  INVALID_INDEX_DROPPED: none,
  CREATION_SKIPPED: none,
  INDEX_BUILD_AWAITED: none,
  TURN_AWAITED: none,
  TURN_LOST: none,
  DETACH_FINISHED: none,
  SESSION_LOCK_BEHIND_POOLER: {
    files: A,
    command: ['migrate', '--lock', 'session'],
    names: ['migrate --lock auto'],
    isPooled: true,
  },
  COMPANION_NOT_WRITABLE: none,
  DETAILS_NOT_RECORDED: none,
  LOSS_RESOLVED: none,
  TENANT_SCHEMA_MISSING: none,
  TENANT_SCHEMA_TAKEN: none,
  TENANT_HISTORY_REMOVED: none,
  TENANT_SCHEMA_KEPT: none,
  TENANT_SCHEMA_REPLACED: {
    files: A,
    set: inOrder(tenantsMigrated, restored('elm')),
    command: ['status', '--all', '--config', `DIR/${TENANTS}`],
    names: [`adopt --tenant elm --config DIR/${TENANTS}`],
  },
  TENANTS_MOVED: {
    files: A,
    set: inOrder(tenantsMigrated, restored('elm'), restored('oak')),
    command: ['migrate', '--all', '--config', `DIR/${TENANTS}`],
    names: [`adopt --all --config DIR/${TENANTS}`],
  },
  TENANT_OBJECT_ADDED: none,
  TENANT_OBJECT_MISSING: none,
  TENANT_OBJECT_DIFFERENT: none,
  TENANTS_NOT_COMPARED: none,
  NO_TENANTS: none,
};
