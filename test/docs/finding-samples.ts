import type { FindingCode, FindingDetails } from '../../src/core/errors/finding.js';

export const DIRECTORY = '/srv/app/migrations';
export const TABLE = 'shared.schema_migrations';
export const TARGET = `app/${TABLE}`;
const RECORDED_AT = new Date('2026-01-31T03:00:00Z');
const MOST = { tenant: 'ash-grove', same: 4_998, of: 5_000 };

/** One finding of every code, as docs/errors.md shows it. */
export const FINDING_SAMPLES: Readonly<Record<FindingCode, FindingDetails>> = {
  CHANGED: { subject: '004_orders.sql', recorded: 'a1b2c3d4e5f6', actual: 'f6e5d4c3b2a1' },
  COSMETIC: { subject: '004_orders.sql', recorded: 'a1b2c3d4e5f6', actual: '0f1e2d3c4b5a' },
  RENAMED: { subject: '005_orders.sql', recorded: '004_orders.sql' },
  RENAMED_UNFINISHED: { subject: '006_indexes.sql', recorded: '005_indexes.sql' },
  MISSING: { subject: '003_customers.sql' },
  OUT_OF_ORDER: { subject: '004_coupons.sql', recorded: '999_typo.sql' },
  AMBIGUOUS_RENAME: { subject: '007_seed.sql', names: ['005_seed.sql', '006_seed.sql'] },
  FAILED: { subject: '005_x.sql', recorded: 'relation "enrolment" does not exist (SQLSTATE 42P01)' },
  AHEAD: { subject: '018_next.sql' },
  UNVERIFIED: { subject: '001_schema.sql' },
  ORPHANED: { subject: '005_indexes.sql', reason: 'failed', steps: { done: 2, total: 4 } },
  INVALID_INDEX: {
    subject: 'Index public.orders_by_customer',
    detail: '005_indexes.sql',
    actual: 'public.orders_by_customer',
  },
  NOT_IN_MIGRATIONS: { subject: 'Column public.orders.note', actual: 'text' },
  NOT_IN_DATABASE: { subject: 'Index orders_by_customer on public.orders' },
  DIFFERS_FROM_MIGRATIONS: {
    subject: 'Column public.orders.status',
    detail: 'definition: text → character varying(20)',
    recorded: 'text',
    actual: 'character varying(20)',
  },
  FAR_REACHING_STATEMENT: { ...at('002_roles.sql', 1, 1), detail: 'CREATE ROLE' },
  NOT_IN_CHECKPOINT: {
    ...at('002_roles.sql', 1, 1),
    reason: 'reaches-further',
    detail: 'CREATE ROLE',
  },
  UNREADABLE_STATEMENT: at('004_orders.sql', 3, 1),
  UNUSABLE_FILE: {
    subject: 'orders.sql',
    reason: 'no-number',
  },
  EMPTY_DIRECTORY: { subject: DIRECTORY, detail: '017_coupons.sql', recorded: '17', actual: TARGET },
  NO_MIGRATIONS: { subject: DIRECTORY },
  OBJECT_ADDED: { subject: 'Index by_note on public.orders', since: RECORDED_AT, actual: 'CREATE INDEX by_note …' },
  OBJECT_REMOVED: { subject: 'Table public.coupons', since: RECORDED_AT, recorded: 'owner: app' },
  OBJECT_CHANGED: {
    subject: 'Column public.orders.note',
    since: RECORDED_AT,
    detail: 'definition: text → character varying(20)',
    recorded: 'text',
    actual: 'character varying(20)',
  },
  OBJECTS_REWRITTEN: { subject: TARGET, recorded: '15', actual: '18', names: ['View public.recent_orders'] },
  CATALOG_NOT_RECORDED: { subject: TARGET, reason: 'migrated-since', detail: '004_coupons.sql' },
  CATALOG_NOT_COMPARED: {
    subject: TARGET,
    reason: 'not-readable',
    actual: 'GRANT SELECT ON shared.schema_migrations_catalog TO app',
  },
  UNDO_SECTION: { ...at('004_orders.sql', 9, 1), reason: 'undo-section', detail: '-- +goose Down', layouts: ['goose'] },
  SECTION: { subject: '004_orders.sql', reason: 'no-marker', detail: '-- +goose Up' },
  META_COMMAND: { ...at('004_orders.sql', 2, 1), detail: '\\connect' },
  COPY_WITHOUT_END: at('006_countries.sql', 3, 1),
  NUL_CHARACTER: at('004_orders.sql', 12, 31),
  UNKNOWN_DIRECTIVE: {
    ...at('004_orders.sql', 1, 1),
    detail: '-- statement-timout: 5min',
    actual: '-- statement-timeout: 5min',
  },
  INVALID_DIRECTIVE: { ...at('004_orders.sql', 1, 1), detail: '-- lock-timeout: half a minute' },
  READ_ONLY_TRANSACTION: at('004_orders.sql', 1, 1),
  OPEN_TRANSACTION: at('004_orders.sql', 7, 1),
  MISSING_PLACEHOLDER: { ...at('004_orders.sql', 2, 14), detail: 'tenant' },
  FINISHED_STEPS_CHANGED: { subject: '005_indexes.sql', steps: { done: 2, total: 4 } },
  STEP_IN_DOUBT: { subject: '008_backfill.sql', detail: 'CALL backfill_orders()' },
  LOST_SESSION: { subject: '005_indexes.sql', names: ['temporary relation imported_rows'] },
  NOT_TRANSACTIONAL: {
    subject: '005_indexes.sql',
    reason: 'statement-outside-transaction',
    detail: 'CREATE INDEX CONCURRENTLY',
  },
  UNLOCKED: {
    subject: '005_indexes.sql',
    reason: 'statement-outside-transaction',
    detail: 'CREATE INDEX CONCURRENTLY',
  },
  POOLER_SESSION_LOCK: at('004_orders.sql', 1, 1),
  POOLER_SESSION_STATE: at('005_indexes.sql', 1, 1),
  POOLER_LIMIT: at('005_indexes.sql', 3, 1),
  POOLER_ROLE: at('005_indexes.sql', 3, 1),
  LINT_ERROR: {
    ...at('006_orders.sql', 3, 1),
    detail:
      'builds an index on orders without CONCURRENTLY, which blocks all writes to the table until it is built (orders has about 1,200,000 rows, 310 MB). Use CREATE INDEX CONCURRENTLY in a separate file, without BEGIN: such a file runs statement by statement, not in a transaction',
    actual: 'create-index-without-concurrently',
  },
  CHECKSUMS_ADOPTED: { subject: TARGET, names: ['001_users.sql', '002_customers.sql'] },
  RUNS_OUT_OF_ORDER: { subject: '004_coupons.sql' },
  LINT_WARNING: {
    ...at('006_orders.sql', 5, 1),
    detail:
      'drops the column status of orders, which the running release may still use. Drop it once no running release uses it, and say so: "-- allow: drop-column because …" before the statement',
    actual: 'drop-column',
  },
  CREATION_SKIPPED: {
    ...at('004_platform_billing.sql', 19, 1),
    detail: 'table shared.subscriptions',
    recorded: '004_billing.sql',
    actual: 'it has no column plan_code; status is varchar(20), not text',
  },
  RESUMED: {
    subject: '005_indexes.sql',
    line: 5,
    column: 1,
    steps: { done: 2, total: 4 },
    actual: 'CREATE INDEX CONCURRENTLY orders_by_customer ON orders (customer_id)',
  },
  RUN_AS_STEPS: { subject: '008_backfill.sql', detail: '2D000' },
  INVALID_INDEX_DROPPED: { subject: 'Index public.orders_by_customer' },
  INDEX_BUILD_AWAITED: { subject: 'Index public.orders_by_customer' },
  TURN_AWAITED: {
    subject: '021_index.sql',
    detail:
      'non-transactional migrations of tenants run one at a time in each database, and the turn is held by backend 4711 (worker-2), running 021_index.sql',
  },
  TURN_LOST: { subject: '021_index.sql' },
  DETACH_FINISHED: { subject: 'Partition orders_2023' },
  SESSION_LOCK_BEHIND_POOLER: { subject: TARGET },
  COMPANION_NOT_WRITABLE: {
    subject: 'shared.schema_migrations_audit',
    detail: 'app_owner',
    actual: 'GRANT CREATE ON SCHEMA "shared" TO "app_owner"',
  },
  DETAILS_NOT_RECORDED: {
    subject: 'Run 6f1c2a34-0b5d-4c8e-9a7f-2d3e4f5a6b7c',
    detail: 'canceling statement due to statement timeout',
  },
  LOSS_RESOLVED: {
    subject: 'Run 6f1c2a34-0b5d-4c8e-9a7f-2d3e4f5a6b7c',
    detail: 'The connection was lost while running 004_orders.sql: read ECONNRESET.',
  },
  TENANT_HISTORY_REMOVED: { subject: 'Tenant oak-hill' },
  TENANT_SCHEMA_MISSING: { subject: 'Tenant oak-hill', detail: 'school_oak_hill' },
  TENANT_SCHEMA_TAKEN: { subject: 'Tenant oak-hil', detail: 'school_oak_hill', actual: 'oak-hill' },
  TENANT_SCHEMA_REPLACED: {
    subject: 'Tenant oak-hill',
    detail: 'school_oak_hill',
    recorded: '"school_oak_hill" (OID 16400)',
    actual: '"school_oak_hill" (OID 24812)',
  },
  TENANT_SCHEMA_KEPT: {
    subject: 'Tenant oak-hil',
    detail: 'billing',
    actual: 'shared.schema_migrations_tenants has no rows of the tenant for it',
  },
  TENANTS_MOVED: { subject: 'The histories of 5000 tenants' },
  TENANT_OBJECT_ADDED: { subject: 'Table backup_0301', tenant: 'oak-hill', comparedWith: MOST, actual: 'owner: app' },
  TENANT_OBJECT_MISSING: {
    subject: 'Index grades_by_pupil on grades',
    tenant: 'oak-hill',
    comparedWith: MOST,
    recorded: 'CREATE INDEX grades_by_pupil ON {{schema}}.grades USING btree (pupil)',
  },
  TENANT_OBJECT_DIFFERENT: {
    subject: 'Column pupils.name',
    tenant: 'oak-hill',
    comparedWith: MOST,
    detail: 'definition: text NOT NULL → text',
    recorded: 'text NOT NULL',
    actual: 'text',
  },
  TENANTS_NOT_COMPARED: {
    subject: 'The schemas of 31 tenants',
    detail: 'only the 20 most common of 51 different schemas are compared',
  },
  NO_TENANTS: { subject: 'The list of tenants' },
};

function at(subject: string, line: number, column: number): FindingDetails {
  return { subject, line, column };
}
