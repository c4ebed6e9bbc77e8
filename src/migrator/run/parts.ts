import type { Compiler } from '../../core/compile/compiler.js';
import type { ObjectFilter } from '../../core/catalog/patterns.js';
import type { Finding } from '../../core/errors/finding.js';
import { RefusedError } from '../../core/errors/input-errors.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { History } from '../../core/history/history.js';
import type { ParseStatements } from '../../core/compile/program.js';
import type { TableFactsReader } from '../../core/lint/model/facts.js';
import type { LintLevel, LintSettings } from '../../core/lint/settings.js';
import type { CatalogReader } from '../../core/ports/catalog.js';
import type { DiffTexts, HistoryReader, MigrationSource, TargetDatabase } from '../../core/ports/ports.js';
import type { ScratchDatabases } from '../../core/ports/scratch.js';
import type { MigrationWriter } from '../../core/ports/writer.js';
import type { IncidentStore } from '../../core/status/incidents.js';
import type { DriftPolicy } from '../../core/status/policy.js';

/** What the use cases depend on, for one target. */
export interface MigratorParts {
  readonly source: MigrationSource;
  readonly compiler: Compiler;
  readonly database: TargetDatabase;
  /** For light reads, possibly under another role. */
  readonly reader: HistoryReader;
  /** Reads facts about tables, over the same connections as `reader`. */
  readonly tables: TableFactsReader;
  readonly parse: ParseStatements;
  readonly policy: MigratorPolicy;
  readonly emit: EmitEvent;
  readonly diffTexts: DiffTexts;
  readonly incidents: IncidentStore;
  /** Undefined if the catalog is not checked. */
  readonly catalog: CatalogReader | undefined;
  /** Objects that are left out when catalogs are compared. */
  readonly ignoresObject: ObjectFilter;
  readonly scratch: ScratchDatabases;
  readonly writer: MigrationWriter;
  /** Why nothing may run on the target, whatever the files and the history are. @default none */
  readonly refusals?: (() => Promise<readonly Finding[]>) | undefined;
  /**
   * The history as it was a moment ago: a run for which something is pending then takes the lock without reading it first,
   * unless it acts as a role, and refuses to begin if all of it has been removed.
   * @default it is read
   */
  readonly expected?: History | undefined;
  /** For a tenant: the schemas that its files may name. @default the target is not a tenant */
  readonly tenantSchemas?: (() => Promise<ReadonlySet<string>>) | undefined;
}

/** @throws RefusedError if nothing may run on the target. */
export async function assertAllowed({ refusals }: Pick<MigratorParts, 'refusals'>): Promise<void> {
  const found = (await refusals?.()) ?? [];
  if (found.length > 0) throw new RefusedError(found);
}

/** How runs behave. */
interface MigratorPolicy extends DriftPolicy {
  /** `each`: one transaction per migration. `all`: one transaction for all migrations. */
  readonly transaction: 'each' | 'all';
  /** True without a migration lock: non-transactional migrations are refused. */
  readonly unlocked: boolean;
  /** How long to wait for another process that is migrating, in ms. */
  readonly migrationLockTimeoutMs: number;
  readonly lint: LintPolicy;
}

/** How migrations are linted. */
export interface LintPolicy extends LintSettings {
  /** What a run does about problems that lint finds before it executes anything: nothing, warn, or refuse to run. */
  readonly onMigrate: LintLevel;
  /** `lock_timeout` of migrations, in ms; 0 means no limit. */
  readonly tableLockTimeoutMs: number;
}
