import { chosenGroups } from '../core/catalog/object-group.js';
import { matchingAny } from '../core/catalog/patterns.js';
import type { EmitEvent } from '../core/events/events.js';
import { UNTRACKED_HISTORY } from '../core/history/history.js';
import type { TableFactsReader } from '../core/lint/model/facts.js';
import type { HistoryReader, MigrationSource } from '../core/ports/ports.js';
import type { ScratchDatabases } from '../core/ports/scratch.js';
import type { MigrationWriter } from '../core/ports/writer.js';
import { Compiler } from '../core/compile/compiler.js';
import { parseTableName, displayName } from '../core/target/table.js';
import { historyScopeOf, type Target } from '../core/target/target.js';
import { MigrationDirectory } from '../files/directory.js';
import { Migrator } from '../migrator/migrator.js';
import type { MigratorParts } from '../migrator/run/parts.js';
import { PgCatalogReader } from '../postgres/catalog-record/catalog-reader.js';
import type { ScratchSettings } from '../postgres/catalog-record/scratch/scratch-databases.js';
import { LazyScratchDatabases } from '../postgres/catalog-record/lazy-scratch.js';
import type { CatalogSettings } from '../postgres/catalog-record/settings.js';
import { readTableFacts } from '../postgres/catalog/table-facts.js';
import { COMPANION_NAMES, type CompanionName } from '../postgres/companions/tables.js';
import { ReadConnections } from '../postgres/connection/read-connections.js';
import type { ReusedConnections } from '../postgres/connection/reused-connections.js';
import type { InstallOnce } from '../postgres/history/install-once.js';
import { PgHistoryReader } from '../postgres/history/reader.js';
import type { TurnSettings } from '../postgres/lock/turn.js';
import { TurnQueue } from '../postgres/lock/turn-queue.js';
import { parseStatements } from '../postgres/parser/parse-sql.js';
import { PgTargetDatabase, type DatabaseSettings } from '../postgres/run/target-database.js';
import { connectionSource } from './connection-source.js';
import { directoryRules } from './directory-rules.js';
import { guarded } from './guarded.js';
import { historyPlace } from './history-place.js';
import { interruptible } from './interruptible.js';
import type { ResolvedOptions } from './options.js';
import { unifiedDiff } from './unified-diff.js';

/** The migrations of one directory and their compiler, for any number of targets. */
export interface Migrations {
  readonly source: MigrationSource;
  readonly compiler: Compiler;
}

/** Prepares the migrations of a directory, which an option names. Each file is parsed once, for any number of targets. */
export function migrationsOf(options: ResolvedOptions, option?: string): Migrations {
  const rules = directoryRules(options, option);
  return {
    source: new MigrationDirectory(options.directory, rules),
    compiler: new Compiler(parseStatements, rules.layout),
  };
}

/** What the targets of one database share. */
export interface SharedParts {
  readonly reads: ReadConnections;
  readonly reused: ReusedConnections;
  /** Undefined if each target has its own history table. */
  readonly installOnce: InstallOnce | undefined;
  /** The non-transactional migrations of the targets, which run one after another. */
  readonly turnQueue: TurnQueue;
  /** Why nothing may run on this target. @default none */
  readonly refusals?: MigratorParts['refusals'];
  /** The history as it was a moment ago. @default a run reads it first */
  readonly expected?: MigratorParts['expected'];
  /** The schemas that the files of a tenant may name. @default the target is not a tenant */
  readonly tenantSchemas?: MigratorParts['tenantSchemas'];
}

type OptionsOfTarget = ResolvedOptions & { readonly tenants?: object | undefined };

/**
 * Assembles adapters and use cases for one target. Several targets may share the migrations. If there are `tenants`,
 * non-transactional migrations take turns with theirs.
 *
 * @param shared what it shares with other targets of its database. @default nothing
 */
export function createMigrator(
  options: OptionsOfTarget,
  listener: EmitEvent,
  migrations: Migrations = migrationsOf(options),
  target: Target = targetOf(options),
  shared?: SharedParts,
): Migrator {
  const reads = shared?.reads ?? new ReadConnections(connectionSource(options), options.timeouts.read);
  const parts = partsOf(options, listener, migrations, target, { ...shared, reads });
  const close = () => (shared ? Promise.resolve() : reads.close());
  return Migrator.of(parts, { tracked: options.tracking, interruptible, close });
}

/** What the use cases of one target depend on. */
export function partsOf(
  { tenants, ...options }: OptionsOfTarget,
  listener: EmitEvent,
  { source, compiler }: Migrations,
  target: Target,
  { reads, ...shared }: Pick<SharedParts, 'reads'> & Partial<SharedParts>,
): MigratorParts {
  const { tracking, timeouts, policy } = settingsOf(options);
  const readingRole = options.migrateWith ? undefined : options.role;
  const reader = new PgHistoryReader(reads, historyScopeOf(target), readingRole);
  const compared = comparedCatalog(options, target);
  const catalog = tracking && options.catalog.enabled ? compared : undefined;
  const settings = {
    target,
    tracking,
    timeouts,
    turns: tenants && turnsOf(options, shared),
    catalog,
    source: connectionSource(options.migrateWith ?? options),
    ...sessionSettings(options, shared),
  };
  const liveCatalog = { ...compared, role: readingRole };
  return {
    source,
    compiler,
    database: new PgTargetDatabase(settings),
    policy,
    emit: guarded(listener),
    reader: tracking ? reader : UNTRACKED,
    catalog: catalog && new PgCatalogReader(reads, liveCatalog),
    ignoresObject: matchingAny(options.catalog.ignore),
    scratch: scratchDatabases(options, settings, { reads, catalog: compared, liveCatalog }),
    writer: writerOf(options),
    diffTexts: unifiedDiff,
    incidents: reader,
    tables: tableFacts(reads, target),
    parse: parseStatements,
    refusals: shared.refusals,
    expected: shared.expected,
    tenantSchemas: shared.tenantSchemas,
  };
}

function turnsOf({ timeouts }: ResolvedOptions, { turnQueue = new TurnQueue() }: Partial<SharedParts>): TurnSettings {
  return { queue: turnQueue, timeoutMs: timeouts.migrationLock };
}

/** Writes checkpoints. The code is loaded when it is first used. */
function writerOf({ directory, ...options }: ResolvedOptions): MigrationWriter {
  return {
    layout: directoryRules({ directory, ...options }).layout,
    replace: async (file, text) => {
      const { writeMigration } = await import('../files/write-migration.js');
      await writeMigration(directory, file, text);
    },
  };
}

/** The settings of migrating connections. */
function sessionSettings(options: ResolvedOptions, { installOnce, reused }: Partial<SharedParts> = {}) {
  const { lock, showRowData, timeouts } = options;
  return {
    installOnce,
    reused,
    lock,
    showRowData,
    companions: companionsOf(options),
    connectTimeoutMs: timeouts.connect,
    connectRetryMs: timeouts.connectRetry,
    networkTimeoutMs: timeouts.network,
  };
}

function tableFacts(reads: ReadConnections, { searchPath }: Target): TableFactsReader {
  return { read: (names) => reads.use((connection) => readTableFacts(connection, names, searchPath)) };
}

const UNTRACKED: HistoryReader = {
  read: () => Promise.resolve(UNTRACKED_HISTORY),
  readDetails: () => Promise.resolve([]),
  readAudit: () => Promise.resolve([]),
  readDdlAudit: () => Promise.resolve([]),
  readSources: () => Promise.resolve(new Map()),
};

/** The target that options describe. */
export function targetOf(options: ResolvedOptions): Target {
  const table = parseTableName(options.table);
  const { role, searchPath, placeholders, placeholderDelimiters: delimiters } = options;
  return {
    name: historyPlace(options)?.name ?? displayName(table),
    table,
    role,
    searchPath,
    placeholders: placeholders && { values: placeholders, delimiters },
  };
}

/** The companion tables that are enabled. */
function companionsOf({ recordSource, catalog }: ResolvedOptions): readonly CompanionName[] {
  const isWanted: Partial<Record<CompanionName, boolean>> = { source: recordSource, catalog: catalog.enabled };
  return COMPANION_NAMES.filter((name) => isWanted[name] ?? true);
}

/** Nobody else migrates a scratch database, and its catalog is always recorded. Migrations find the same tables there. */
function scratchDatabases(
  { lock }: ResolvedOptions,
  settings: DatabaseSettings,
  { reads, catalog, liveCatalog }: Pick<ScratchSettings, 'reads' | 'catalog' | 'liveCatalog'>,
): ScratchDatabases {
  const different = {
    catalog,
    companions: [...new Set([...settings.companions, 'catalog' as const])],
    lock: lock === 'off' ? ('auto' as const) : lock,
    reused: undefined, // connections and knowledge of the live database
    installOnce: undefined,
    turns: undefined,
  };
  const ofTenant = { catalog: undefined, companions: settings.companions.filter((each) => each !== 'catalog') };
  return new LazyScratchDatabases({
    ...settings,
    reads,
    catalog,
    liveCatalog,
    targetOn: (source, name, tenant) => {
      const target = { ...(tenant ?? settings.target), name };
      return new PgTargetDatabase({ ...settings, ...different, ...(tenant && ofTenant), source, target });
    },
  });
}

/** Which part of the catalog is recorded and compared. */
function comparedCatalog(options: ResolvedOptions, target: Target): CatalogSettings {
  const { catalog, timeouts } = options;
  return {
    history: target.table,
    role: target.role,
    schemas: catalog.schemas,
    groups: chosenGroups(catalog),
    timeoutMs: timeouts.catalog,
  };
}

/** How runs behave, according to options. */
export function settingsOf({ tracking, timeouts, lock, policy, transaction, lint }: ResolvedOptions) {
  return {
    tracking,
    timeouts: {
      statementTimeoutMs: timeouts.statement,
      tableLockTimeoutMs: timeouts.tableLock,
      tableLockRetries: timeouts.tableLockRetries,
    },
    policy: {
      ...policy,
      transaction,
      unlocked: lock === 'off',
      migrationLockTimeoutMs: timeouts.migrationLock,
      lint: { ...lint, tableLockTimeoutMs: timeouts.tableLock },
    },
  };
}
