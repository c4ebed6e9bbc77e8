import { randomUUID } from 'node:crypto';
import { finding } from '../core/errors/finding.js';
import { count, messageOfAny } from '../core/errors/wording.js';
import type { FleetEventBody } from '../core/events/fleet-events.js';
import type { MigrationSet } from '../core/migration/migration-set.js';
import { countOutcomes, type RolloutReport, type RolloutStop, type TenantResult } from '../core/tenants/report.js';
import { RolloutStoppedError } from '../core/tenants/rollout-stopped.js';
import { Standings, type KnownTenant, type TenantStanding } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { shareOf, wavesOf, type Wave } from '../core/tenants/waves.js';
import { assertNotMoved } from './assert-not-moved.js';
import { KnownFiles } from '../migrator/use-cases/known-files.js';
import { passGate } from './gate.js';
import type { FleetParts } from './parts.js';
import { ExpectedSessions } from './engine/expected-sessions.js';
import { withHistory } from './engine/lost-results.js';
import { selected, stillSelected, type TenantSelection } from './selection.js';
import { TenantRuns } from './engine/tenant-runs.js';

/** One rollout over the tenants of a fleet. It keeps track of its own progress. */
export class Rollout {
  private readonly rolloutId = randomUUID();
  private readonly startedAt = performance.now();
  private readonly tenants: Tenant[] = [];
  private readonly results = new Map<string, TenantResult>();
  private stop: RolloutStop | undefined;
  private failures = 0;
  private failureBudget = Number.POSITIVE_INFINITY;

  constructor(
    private readonly parts: FleetParts,
    private readonly selection: TenantSelection,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Migrates the tenants that are behind.
   *
   * @param known the list of tenants. @default it is read
   * @throws RolloutStoppedError if it stopped early; ConfigurationError, DirectoryError, DatabaseConnectionError if it could not begin.
   */
  async run(known?: readonly Tenant[]): Promise<RolloutReport> {
    const set = await this.parts.source.read();
    const all = known ?? (await this.parts.list());
    await this.parts.assertDistinct(all);
    const listed = selected(all, this.selection);
    try {
      for (let added = listed; added.length > 0; added = await this.listLater()) {
        this.tenants.push(...added);
        if (!(await this.migrateAll(added, set)) || this.stopped) break;
      }
    } finally {
      await this.parts.engine.ended(this.rolloutId);
    }
    return this.finish();
  }

  /** A tenant may have been created in the meantime, with fewer files than it should have. */
  private async listLater(): Promise<readonly Tenant[]> {
    try {
      const known = new Set(this.tenants.map(({ name }) => name));
      const all = await this.parts.list();
      const added = stillSelected(all, this.selection).filter(({ name }) => !known.has(name));
      if (added.length > 0) await this.parts.assertDistinct(all);
      return added;
    } catch (error) {
      const why = messageOfAny(error);
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
      const why = messageOfAny(error);
      this.stop = { by: 'list', reason: `where new tenants stand could not be read at the end: ${why}` };
      return undefined;
    }
  }

  /** @returns false if no tenant had anything to do. */
  private async migrateAll(tenants: readonly Tenant[], set: MigrationSet): Promise<boolean> {
    const records = await this.read(tenants, set);
    if (!records) return false;
    const known = new Standings(set, this.parts.policy).all(tenants, records);
    const isFirst = this.results.size === 0;
    if (isFirst) assertNotMoved(known);
    const due = new Map<Tenant, KnownTenant>();
    for (const each of known) {
      if (each.standing.state !== 'current') due.set(each.tenant, each);
      else this.results.set(each.tenant.name, idle(each.tenant, 'nothing-to-do'));
    }
    const { waves: defined, stopAfter } = this.parts.rollout;
    this.failureBudget = this.failures + shareOf(stopAfter, due.size);
    // Tenants that were created in the meantime have their turn once all gates have been passed.
    const waves = wavesOf(tenants, isFirst ? defined : [], (tenant) => due.has(tenant));
    const working = waves.filter((wave) => wave.due.length > 0).length;
    this.emit({ type: 'rollout-started', tenants: tenants.length, behind: due.size, waves: working });
    await this.inWaves(waves, due, set);
    return due.size > 0;
  }

  /**
   * A gate belongs to the wave after it, whoever migrated the wave before. Otherwise, the next rollout, or that of another
   * process, would pass a gate that is closed. It sees the wave that this rollout migrated last, if there is one.
   */
  private async inWaves(
    waves: readonly Wave[],
    found: ReadonlyMap<Tenant, KnownTenant>,
    set: MigrationSet,
  ): Promise<void> {
    for (const [i, wave] of waves.entries()) {
      if (wave.due.length === 0) continue;
      const before = waves.slice(0, i).findLast(({ due }) => due.length > 0) ?? waves[i - 1];
      if (before && !this.stopped) this.stop = await this.passGateAfter(before, waves.length, set);
      if (this.stopped) return;
      this.emit({ type: 'wave-started', wave: wave.number, of: waves.length, tenants: wave.due.length });
      const ordered = wave.due.toSorted((a, b) => rank(found.get(a)) - rank(found.get(b)));
      const isUnknown = (tenant: Tenant): boolean => found.get(tenant)?.standing.state === 'unknown';
      await this.work(
        ordered.filter((tenant) => !isUnknown(tenant)),
        found,
        set,
      );
      await this.work(ordered.filter(isUnknown), found, set); // last, whatever server they are on
    }
  }

  private async passGateAfter(wave: Wave, of: number, set: MigrationSet): Promise<RolloutStop | undefined> {
    const { rollout, engine, records } = this.parts;
    const { rolloutId } = this;
    const tenants = wave.members.flatMap(({ name }) => this.results.get(name) ?? []);
    const hasChanged = tenants.some(({ applied }) => applied.length > 0);
    return passGate(
      rollout.gate,
      { wave: wave.number, of, tenants, counts: countOutcomes(tenants) },
      {
        signal: this.signal,
        since: async () => (hasChanged ? 0 : ((await records.sinceApplied(wave.members)) ?? 0)),
        onReached: (delayMs) =>
          this.emit({ type: 'gate-reached', wave: wave.number, of, ...(delayMs !== undefined && { delayMs }) }),
        show: async (result, signal) => engine.waitAtGate?.({ rolloutId, set }, result, signal),
      },
    );
  }

  /** Sessions are kept while tenants of their database are to come; none is while a gate is closed. */
  private async work(
    tenants: readonly Tenant[],
    found: ReadonlyMap<Tenant, KnownTenant>,
    set: MigrationSet,
  ): Promise<void> {
    if (tenants.length === 0) return;
    const { engine, rollout } = this.parts;
    const runs = new TenantRuns(this.parts, new KnownFiles(set), this.rolloutId);
    const sessions = new ExpectedSessions(tenants, this.parts.expect);
    const repeated: TenantStanding[] = [];
    try {
      await engine.run(tenants, {
        rolloutId: this.rolloutId,
        set,
        parallelism: rollout.parallelism,
        failuresLeft: this.failureBudget - this.failures,
        mayStart: () => !this.stopped,
        signal: this.signal,
        migrate: async (tenant) => {
          const result = await runs.migrate(tenant, found.get(tenant), this.signal);
          await sessions.gone(tenant);
          return result;
        },
        settle: (tenant, result, isRepeated) => {
          this.settle(result);
          const standing = found.get(tenant)?.standing;
          if (isRepeated && standing) repeated.push(standing);
        },
        emit: (event) => this.emit(event),
        stop: (stop) => (this.stop ??= stop),
      });
    } finally {
      await sessions.releaseAll(); // also those that were not started
    }
    await this.correct(repeated, set);
  }

  /** An attempt whose result was lost may have applied something. */
  private async correct(repeated: readonly TenantStanding[], set: MigrationSet): Promise<void> {
    for (const result of await withHistory(this.parts, { tenants: this.tenants, before: repeated, set }, this.results))
      this.results.set(result.tenant, result);
  }

  private settle(result: TenantResult): void {
    this.results.set(result.tenant, result);
    this.emit({ type: 'tenant-finished', tenant: result.tenant, result });
    if (result.outcome !== 'failed') return;
    this.failures += 1;
    if (this.failures < this.failureBudget) return;
    const { stopAfter } = this.parts.rollout;
    const limit = typeof stopAfter === 'number' ? stopAfter : `${stopAfter}, which is ${this.failureBudget}`;
    const reason = `${count(this.failures, 'tenant')} failed, and "rollout.stopAfter" is ${limit}`;
    // Said again for those that were running when the budget was spent.
    if (this.stop === undefined || this.stop.by === 'failures') this.stop = { by: 'failures', reason };
  }

  private get stopped(): RolloutStop | undefined {
    const { signal } = this;
    if (signal.aborted) this.stop ??= { by: 'interrupted', reason: `it was interrupted by ${String(signal.reason)}` };
    return this.stop;
  }

  private finish(): RolloutReport {
    for (const tenant of this.tenants)
      if (!this.results.has(tenant.name)) this.results.set(tenant.name, idle(tenant, 'skipped'));
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
function rank(known: KnownTenant | undefined): number {
  return known?.standing.state === 'behind' ? 0 : 1;
}

/** The result for a tenant that was not started. */
function idle({ name, group }: Tenant, outcome: 'nothing-to-do' | 'skipped'): TenantResult {
  return { tenant: name, group, outcome, applied: [], runId: undefined, durationMs: 0 };
}
