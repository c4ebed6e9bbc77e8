import { randomUUID } from 'node:crypto';
import { finding, type Finding } from '../core/errors/finding.js';
import { RefusedError } from '../core/errors/input-errors.js';
import { count } from '../core/errors/wording.js';
import { MigrationFailedError } from '../core/errors/migration-failed.js';
import { InterruptedError } from '../core/errors/run-errors.js';
import type { FleetEventBody } from '../core/events/fleet-events.js';
import type { MigrationSet } from '../core/migration/migration-set.js';
import { countOutcomes, type RolloutReport, type RolloutStop, type TenantResult } from '../core/tenants/report.js';
import { RolloutStoppedError } from '../core/tenants/rollout-stopped.js';
import { hasNoSchemaOfItsOwn, Standings, type TenantStanding } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { shareOf, wavesOf, type Wave } from '../core/tenants/waves.js';
import { assertNotMoved } from './assert-not-moved.js';
import { KnownFiles } from '../migrator/use-cases/known-files.js';
import { migrateTenant } from './migrate-tenant.js';
import { passGate } from './gate.js';
import type { FleetParts } from './parts.js';
import { selected, stillSelected, type TenantSelection } from './selection.js';

/** One rollout over the tenants of a fleet. It keeps track of its own progress. */
export class Rollout {
  private readonly rolloutId = randomUUID();
  private readonly startedAt = performance.now();
  private readonly tenants: Tenant[] = [];
  private readonly results = new Map<string, TenantResult>();
  private stop: RolloutStop | undefined;
  private failures = 0;
  private mayFail = Number.POSITIVE_INFINITY;

  constructor(
    private readonly parts: FleetParts,
    private readonly selection: TenantSelection,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Migrates the tenants that are behind.
   *
   * @throws RolloutStoppedError if it stopped early; ConfigurationError, DirectoryError, DatabaseConnectionError if it could not begin.
   */
  async run(): Promise<RolloutReport> {
    const set = await this.parts.source.read();
    const listed = selected(await this.parts.list(), this.selection);
    for (let added = listed; added.length > 0; added = await this.listLater()) {
      this.tenants.push(...added);
      if (!(await this.migrateAll(added, set)) || this.stopped) break;
    }
    return this.finish();
  }

  /** A tenant may have been created in the meantime, with fewer files than it should have. */
  private async listLater(): Promise<readonly Tenant[]> {
    try {
      const known = new Set(this.tenants.map(({ name }) => name));
      const tenants = stillSelected(await this.parts.list(), this.selection);
      return tenants.filter(({ name }) => !known.has(name));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.stop = { by: 'list', reason: `the list of tenants could not be read again at the end: ${why}` };
      return [];
    }
  }

  /** @returns undefined if it failed after tenants were migrated, whose report must not be lost. */
  private async read(tenants: readonly Tenant[], set: MigrationSet) {
    try {
      return await this.parts.records.read(tenants, set);
    } catch (error) {
      if (this.results.size === 0) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.stop = { by: 'list', reason: `where new tenants stand could not be read at the end: ${why}` };
      return undefined;
    }
  }

  /** @returns false if no tenant had anything to do. */
  private async migrateAll(tenants: readonly Tenant[], set: MigrationSet): Promise<boolean> {
    const records = await this.read(tenants, set);
    if (!records) return false;
    const standings = new Standings(set, this.parts.policy);
    const known = tenants.map((tenant, i) => {
      const record = records[i] as (typeof records)[0];
      return { tenant, record, standing: standings.of(tenant, record) };
    });
    const found = new Map(known.map(({ tenant, standing }) => [tenant, standing]));
    if (this.results.size === 0) assertNotMoved(known);
    const due = new Set(tenants.filter((tenant) => found.get(tenant)?.state !== 'current'));
    for (const tenant of tenants) if (!due.has(tenant)) this.settle(tenant, 'nothing-to-do', { durationMs: 0 });
    const { waves: definitions, stopAfter } = this.parts.rollout;
    this.mayFail = this.failures + shareOf(stopAfter, due.size);
    const waves = wavesOf(tenants, definitions, (tenant) => due.has(tenant));
    this.emit({ type: 'rollout-started', tenants: tenants.length, behind: due.size, waves: waves.length });
    await this.inWaves(waves, found, new KnownFiles(set));
    return due.size > 0;
  }

  private async inWaves(
    waves: readonly Wave[],
    found: ReadonlyMap<Tenant, TenantStanding>,
    files: KnownFiles,
  ): Promise<void> {
    const { rollout } = this.parts;
    const work = (tenant: Tenant): Promise<void> => this.migrate(tenant, found.get(tenant), files);
    for (const [i, wave] of waves.entries()) {
      if (i > 0) this.stop ??= await passGate(rollout.gate, this.resultOf(waves, i - 1), this.signal);
      if (this.stopped) return;
      this.emit({ type: 'wave-started', wave: wave.number, of: waves.length, tenants: wave.tenants.length });
      const ordered = wave.tenants.toSorted((a, b) => rank(found.get(a)) - rank(found.get(b)));
      const isUnknown = (tenant: Tenant): boolean => found.get(tenant)?.state === 'unknown';
      await this.work(
        ordered.filter((tenant) => !isUnknown(tenant)),
        work,
      );
      await this.work(ordered.filter(isUnknown), work); // last, whatever server they are on
    }
  }

  /** Sessions are kept while tenants of their database are to come; none is while a gate is closed. */
  private async work(tenants: readonly Tenant[], work: (tenant: Tenant) => Promise<void>): Promise<void> {
    const { engine, rollout, expect } = this.parts;
    const expected = new Map(tenants.map((tenant) => [tenant, expect(tenant)]));
    const gone = async (tenant: Tenant): Promise<void> => {
      const end = expected.get(tenant);
      expected.delete(tenant);
      await end?.();
    };
    const one = async (tenant: Tenant): Promise<void> => {
      await work(tenant);
      await gone(tenant);
    };
    await engine.run(tenants, one, { parallelism: rollout.parallelism, mayStart: () => !this.stopped });
    await Promise.all([...expected.keys()].map(gone)); // those that were not started
  }

  private resultOf(waves: readonly Wave[], i: number) {
    const tenants = (waves[i]?.tenants ?? []).flatMap(({ name }) => this.results.get(name) ?? []);
    return { wave: i + 1, of: waves.length, tenants, counts: countOutcomes(tenants) };
  }

  private async migrate(tenant: Tenant, standing: TenantStanding | undefined, files: KnownFiles): Promise<void> {
    const startedAt = performance.now();
    const durationMs = (): number => Math.round(performance.now() - startedAt);
    let runId: string | undefined;
    try {
      if (standing?.error) throw standing.error;
      if (standing && hasNoSchemaOfItsOwn(standing)) throw this.refuse(tenant, standing.findings);
      const migrator = this.parts.migratorOf(tenant, files, (started) => (runId = started));
      const { applied } = await migrateTenant(migrator, this.signal);
      const outcome = applied.length > 0 ? 'applied' : 'nothing-to-do';
      this.settle(tenant, outcome, { applied, runId, durationMs: durationMs() });
    } catch (error) {
      this.settleFailure(tenant, error, { runId, durationMs: durationMs() });
    }
  }

  private refuse({ name: tenant }: Tenant, findings: readonly Finding[]): RefusedError {
    this.emit({ type: 'tenant-refused', tenant, refusals: findings });
    return new RefusedError(findings);
  }

  private settleFailure(tenant: Tenant, reason: unknown, run: Pick<TenantResult, 'runId' | 'durationMs'>): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    const details = { ...run, error, applied: appliedBefore(error) };
    if (error instanceof InterruptedError) return this.settle(tenant, 'interrupted', details);
    this.settle(tenant, 'failed', details);
    this.failures += 1;
    if (this.failures < this.mayFail) return;
    const reasonOfStop = `${count(this.failures, 'tenant')} failed, and "rollout.stopAfter" is ${this.parts.rollout.stopAfter}`;
    this.stop ??= { by: 'failures', reason: reasonOfStop };
  }

  private settle(
    { name, group }: Tenant,
    outcome: TenantResult['outcome'],
    details: Pick<TenantResult, 'durationMs'> & Partial<TenantResult>,
  ): void {
    this.results.set(name, { tenant: name, group, outcome, applied: [], runId: undefined, ...details });
  }

  private get stopped(): RolloutStop | undefined {
    const { signal } = this;
    if (signal.aborted) this.stop ??= { by: 'interrupted', reason: `it was interrupted by ${String(signal.reason)}` };
    return this.stop;
  }

  private finish(): RolloutReport {
    for (const tenant of this.tenants)
      if (!this.results.has(tenant.name)) this.settle(tenant, 'skipped', { durationMs: 0 });
    const tenants = this.tenants.flatMap(({ name }) => this.results.get(name) ?? []);
    const warnings = this.tenants.length === 0 ? [finding('NO_TENANTS', { subject: 'The list of tenants' })] : [];
    const durationMs = Math.round(performance.now() - this.startedAt);
    const counts = countOutcomes(tenants);
    const report = { tenants, counts, warnings, durationMs };
    const stopped = this.stopped;
    if (!stopped) {
      this.emit({ type: 'rollout-finished', counts, warnings, durationMs });
      return report;
    }
    this.emit({ type: 'rollout-stopped', by: stopped.by, reason: stopped.reason, counts, durationMs });
    throw new RolloutStoppedError({ ...report, stopped });
  }

  private emit(event: FleetEventBody): void {
    const { emit, target } = this.parts;
    emit({ ...event, rolloutId: this.rolloutId, target, at: new Date() });
  }
}

/** Tenants that failed before come last: the others must not wait until those are repaired. */
function rank(standing: TenantStanding | undefined): number {
  return standing?.state === 'behind' ? 0 : 1;
}

/** What a run had applied before it ended with an error; it stays applied. */
function appliedBefore(error: Error): readonly string[] {
  if (error instanceof InterruptedError) return error.applied;
  if (!(error instanceof MigrationFailedError)) return [];
  return error.failure.aftermath.kind === 'all-rolled-back' ? [] : error.failure.applied;
}
