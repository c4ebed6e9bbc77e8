import { secretsOf } from '../../../core/target/target.js';
import { withoutSecrets } from '../../../core/catalog/describe-differences.js';
import { compareWithMigrations } from '../../../core/catalog/compare-with-migrations.js';
import { finding, type Finding } from '../../../core/errors/finding.js';
import { RefusedError } from '../../../core/errors/input-errors.js';
import { haveSameRows, type History } from '../../../core/history/history.js';
import { MigrationSet } from '../../../core/migration/migration-set.js';
import type { WholeCatalog } from '../../../core/ports/scratch.js';
import { joinStatuses } from '../../../core/status/status.js';
import { NO_PROGRESS, withInterruption } from '../../run/interruption.js';
import type { MigratorParts } from '../../run/parts.js';
import { KnownFiles } from '../known-files.js';
import { readUsable } from '../read-usable.js';
import { applyTo, inScratch } from './in-scratch.js';
import { withObjectDiffs } from './object-diffs.js';
import { chooseMigrations, findFarReaching } from './verified-migrations.js';

/** Options of `verify()`. */
export interface VerifyOptions {
  /**
   * URL of any database on another server, on which the scratch database is created. It must run the same major version.
   * @default the server of the migrations
   */
  readonly server?: string | undefined;
  /** Migrations to leave out, because they cannot run in a scratch database. @default none */
  readonly skip?: readonly string[];
  /** Extensions to create in the scratch database first, because no migration creates them. @default none */
  readonly extensions?: readonly string[];
  /** Adds a diff of the definitions to each finding. @default false */
  readonly diff?: boolean;
  /** Interrupts the operation. The scratch database is dropped. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** How a database differs from what its migrations create. */
export interface VerifyReport {
  readonly findings: readonly Finding[];
  /** The migrations that were applied to the scratch database, in order. */
  readonly applied: readonly string[];
  /** Migrations that were left out, because the database does not have them yet or the caller named them. */
  readonly leftOut: readonly string[];
  /** Applied migrations without a file. What they created counts as not created by a migration. */
  readonly withoutFile: readonly string[];
}

type Options = Omit<VerifyOptions, 'signal'>;

/** Applies the migrations to a scratch database, compares its catalog with the live one, and drops it. */
export async function verify(parts: MigratorParts, options: Options, signal: AbortSignal): Promise<VerifyReport> {
  const { server, skip = [], diff = false } = options;
  const set = await readUsable(parts.source);
  const history = await parts.reader.read();
  const chosen = chooseMigrations(set, joinStatuses(set, history), skip);
  const { leftOut, withoutFile, within } = chosen;
  if (within !== undefined) {
    const details = { subject: parts.database.target.name, reason: 'within-checkpoint', detail: within } as const;
    return { findings: [finding('CATALOG_NOT_COMPARED', details)], applied: [], leftOut, withoutFile };
  }
  const refusals = await findFarReaching(chosen.migrations, parts, server !== undefined);
  if (refusals.length > 0) throw new RefusedError(refusals);
  const findings = await withInterruption(signal, NO_PROGRESS, () =>
    inScratch(parts, options, signal, async (scratch) => {
      const source = new KnownFiles(new MigrationSet(set.location, chosen.migrations));
      await applyTo(scratch, { ...parts, source }, signal);
      return compare(await scratch.readCatalog(chosen.migrations.length > 0), history, parts);
    }),
  );
  return {
    findings: diff
      ? await withObjectDiffs(findings, { recorded: 'migrations', actual: 'database' }, parts.diffTexts)
      : findings,
    applied: chosen.migrations.map(({ file }) => file),
    leftOut,
    withoutFile,
  };
}

/** @param before the history from which the migrations were chosen: a run since then has changed the live catalog. */
async function compare(
  expected: WholeCatalog,
  before: History,
  { scratch: databases, reader, ignoresObject, database }: MigratorParts,
): Promise<readonly Finding[]> {
  const live = await databases.readLive(expected.schemas);
  const isUnchanged = live !== undefined && haveSameRows(before, await reader.read());
  if (isUnchanged)
    return withoutSecrets(compareWithMigrations(expected, live, ignoresObject), secretsOf(database.target));
  const reason = live ? 'changed-meanwhile' : 'migrating';
  return [finding('CATALOG_NOT_COMPARED', { subject: database.target.name, reason })];
}
