import { LockTimeoutError } from '../../core/errors/lock-errors.js';
import { InterruptedError } from '../../core/errors/run-errors.js';
import { RefusedError } from '../../core/errors/input-errors.js';
import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import { asError } from '../../core/errors/wording.js';
import type { TenantResult } from '../../core/tenants/report.js';
import {
  hasNoSchemaOfItsOwn,
  isRemovalError,
  type KnownTenant,
  type TenantStanding,
} from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { KnownFiles } from '../../migrator/use-cases/known-files.js';
import { migrateTenant } from '../migrate-tenant.js';
import type { FleetParts } from '../parts.js';

/** Migrates the tenants of one rollout, one at a time, and says how that ended. */
export class TenantRuns {
  constructor(
    private readonly parts: Pick<FleetParts, 'list' | 'migratorOf' | 'emit' | 'target'>,
    private readonly files: KnownFiles,
    private readonly rolloutId: string,
  ) {}

  /** Never rejects. @param known where the tenant stood a moment ago; undefined if that is not known. */
  async migrate(tenant: Tenant, known: KnownTenant | undefined, signal: AbortSignal): Promise<TenantResult> {
    const { standing, record } = known ?? {};
    const startedAt = performance.now();
    let runId: string | undefined;
    const result = (details: Pick<TenantResult, 'outcome' | 'applied' | 'error'>): TenantResult => {
      const durationMs = Math.round(performance.now() - startedAt);
      return { tenant: tenant.name, group: tenant.group, runId, durationMs, ...details };
    };
    try {
      if (standing?.error) throw standing.error;
      if (standing && hasNoSchemaOfItsOwn(standing)) throw this.refuse(tenant, standing);
      const expected = record && 'history' in record ? record.history : undefined;
      const migrator = this.parts.migratorOf(tenant, this.files, { onStart: (started) => (runId = started), expected });
      const { applied } = await migrateTenant(migrator, signal);
      return result({ outcome: applied.length > 0 ? 'applied' : 'nothing-to-do', applied });
    } catch (reason) {
      const error = asError(reason);
      if (isRemovalError(error) && (await this.hasLeft(tenant))) return result({ outcome: 'skipped', applied: [] });
      const outcome = error instanceof InterruptedError ? 'interrupted' : 'failed';
      return result({ outcome, applied: appliedBefore(error), error });
    }
  }

  /** True if somebody has taken it off the list since the rollout began. */
  private async hasLeft({ name }: Tenant): Promise<boolean> {
    const listed = await this.parts.list().catch(() => undefined);
    return listed !== undefined && !listed.some((tenant) => tenant.name === name);
  }

  private refuse({ name: tenant }: Tenant, { findings }: TenantStanding): RefusedError {
    const { emit, target } = this.parts;
    const { rolloutId } = this;
    emit({ type: 'tenant-refused', tenant, refusals: findings, rolloutId, target, at: new Date() });
    return new RefusedError(findings);
  }
}

/** What a run had applied before it ended with an error; it stays applied. */
function appliedBefore(error: Error): readonly string[] {
  if (error instanceof InterruptedError || error instanceof LockTimeoutError) return error.applied;
  if (!(error instanceof MigrationFailedError)) return [];
  return error.failure.aftermath.kind === 'all-rolled-back' ? [] : error.failure.applied;
}
