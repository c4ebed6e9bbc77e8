import { DatabaseConnectionError, DatabaseError } from '../../core/errors/database-errors.js';
import { ConfigurationError, DirectoryError, NotUpToDateError, RefusedError } from '../../core/errors/input-errors.js';
import { directoryText } from '../../core/errors/files/directory-problem.js';
import { LockTimeoutError } from '../../core/errors/lock-errors.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import { InDoubtError, InterruptedError } from '../../core/errors/run-errors.js';
import type { RolloutReport, TenantResult } from '../../core/tenants/report.js';
import { RolloutStoppedError } from '../../core/tenants/rollout-stopped.js';
import { ScratchDatabaseError } from '../../core/errors/catalog/scratch-error.js';
import { messageOfAny } from '../../core/errors/wording.js';
import { configurationText } from '../../core/problems/configuration-problem.js';
import type { FleetRun } from '../../fleet/fleet-options.js';
import { CliError } from '../process/cli-error.js';
import type { Invocation } from '../process/invocation.js';
import { findingToJson, messageOf } from './in-commands.js';
import { forTenant } from './tenants/for-tenant.js';

/** An error as JSON: its code, its message and its data. */
export function errorToJson(error: unknown, typed: Invocation): { readonly error: object } {
  const isOurs = error instanceof MigrationError || error instanceof CliError;
  const code = isOurs ? error.code : 'UNEXPECTED';
  return { error: { code, message: textOf(error, typed), ...detailsOf(error, typed) } };
}

function textOf(error: unknown, typed: Invocation): string {
  if (error instanceof MigrationError) return messageOf(error, typed);
  return messageOfAny(error);
}

function detailsOf(error: unknown, typed: Invocation): object {
  const findingAsJson = findingToJson(typed);
  if (error instanceof CliError) return error.details;
  if (error instanceof ConfigurationError)
    return { problems: error.problems.map((problem) => ({ message: configurationText(problem), ...problem })) };
  if (error instanceof DirectoryError) {
    const { directory, problems } = error;
    return { problems: problems.map((problem) => ({ message: directoryText(problem, directory), ...problem })) };
  }
  if (error instanceof RefusedError) return { findings: error.refusals.map(findingAsJson) };
  if (error instanceof InDoubtError) return { file: error.file, findings: [findingAsJson(error.finding)] };
  if (error instanceof ScratchDatabaseError) return { file: error.file ?? null };
  if (error instanceof NotUpToDateError) return { pending: error.pending, failed: error.failed };
  if (error instanceof MigrationFailedError) return failureToJson(error);
  if (error instanceof LockTimeoutError)
    return {
      awaited: error.awaited,
      waitedMs: error.waitedMs,
      holder: error.holder ?? null,
      applied: error.applied,
    };
  if (error instanceof InterruptedError) return { by: error.by, applied: error.applied, pending: error.pending };
  if (error instanceof RolloutStoppedError) return { rollout: rolloutToJson(error.report, typed) };
  if (error instanceof DatabaseConnectionError) return { sqlstate: error.sqlstate ?? null };
  if (error instanceof DatabaseError) return { sqlstate: error.server.sqlstate };
  return {};
}

function failureToJson({ failure }: MigrationFailedError): object {
  const { file, location, server, applied, pending } = failure;
  return {
    file,
    line: location?.line ?? null,
    column: location?.column ?? null,
    sqlstate: server.sqlstate,
    detail: server.detail ?? null,
    hint: server.hint ?? null,
    applied,
    pending,
  };
}

/** The report of a rollout for programs. Its shape is stable. */
export function rolloutToJson(report: RolloutReport & Partial<Pick<FleetRun, 'shared'>>, typed: Invocation): object {
  const { tenants, counts, stopped, warnings, durationMs, shared } = report;
  return {
    shared: shared ?? null,
    tenants: tenants.map((each) => resultToJson(each, typed)),
    counts,
    stopped: stopped ?? null,
    warnings: warnings.map(findingToJson(typed)),
    durationMs,
  };
}

function resultToJson({ tenant, group, runId, error, ...result }: TenantResult, typed: Invocation): object {
  return {
    tenant,
    group: group ?? null,
    ...result,
    runId: runId ?? null,
    error: error ? errorToJson(error, forTenant(typed, tenant)).error : null,
  };
}
