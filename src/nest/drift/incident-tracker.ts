import { stillIn } from '../../core/status/findings.js';
import { randomUUID } from 'node:crypto';
import { findingKey, type Finding } from '../../core/errors/finding.js';
import type { IncidentCheck, IncidentReport, IncidentStore, IsUnchecked } from '../../core/status/incidents.js';

/** An incident that only this process knows about. Times are from the monotonic clock, in ms. */
interface OwnIncident {
  readonly finding: Finding;
  readonly openedAt: number;
  alertedAt: number;
}

/** Decides what a check reports: with rows in the database for the whole fleet, or else in memory for this process. */
export class IncidentTracker {
  private readonly checker = randomUUID();
  private readonly own = new Map<string, OwnIncident>();
  private isAlone = false;
  private check: IncidentCheck | undefined;

  /** @param onAlone called once if rows cannot be written, so that each process reports for itself. */
  constructor(
    private readonly store: IncidentStore,
    private readonly reminderMs: number,
    private readonly onAlone: () => void,
  ) {}

  /** @throws DatabaseConnectionError */
  async report(findings: readonly Finding[], isUnchecked: IsUnchecked): Promise<IncidentReport> {
    const check = { checker: this.checker, token: randomUUID(), reminderMs: this.reminderMs, isUnchecked };
    const shared = await this.store.claim(findings, check);
    // Without findings nothing was written, so it is still unknown whether the table is writable.
    if (!shared || (this.isAlone && findings.length === 0)) return this.reportAlone(findings, isUnchecked);
    this.check = check;
    if (!this.isAlone) return shared;
    const resolved = [...shared.resolved, ...this.forgetGone(findings, isUnchecked)];
    const opened = shared.opened.filter((each) => !this.own.has(findingKey(each)));
    this.isAlone = false;
    this.own.clear();
    return { ...shared, opened, resolved };
  }

  /** Confirms that the last claim has reached the channels. Never throws: an unconfirmed claim expires. */
  async confirm(): Promise<void> {
    const { check } = this;
    this.check = undefined;
    if (check) await this.store.confirm(check).catch(() => {});
  }

  private reportAlone(findings: readonly Finding[], isUnchecked: IsUnchecked): IncidentReport {
    if (!this.isAlone) this.onAlone();
    this.isAlone = true;
    const now = performance.now();
    const opened: Finding[] = [];
    const reminders: Finding[] = [];
    for (const found of findings) {
      const known = this.own.get(findingKey(found));
      const isDue = known !== undefined && this.reminderMs > 0 && now - known.alertedAt >= this.reminderMs;
      if (known && isDue) {
        known.alertedAt = now;
        reminders.push(known.finding);
      }
      if (known) continue;
      const finding = { ...found, since: new Date() };
      this.own.set(findingKey(found), { finding, openedAt: now, alertedAt: now });
      opened.push(finding);
    }
    return { opened, reminders, resolved: this.forgetGone(findings, isUnchecked) };
  }

  private forgetGone(findings: readonly Finding[], isUnchecked: IsUnchecked): IncidentReport['resolved'] {
    const current = new Set(findings.map(findingKey));
    const isStillThere = stillIn(findings);
    return [...this.own].flatMap(([key, { finding, openedAt }]) => {
      if (current.has(key) || isUnchecked(finding)) return [];
      this.own.delete(key);
      const durationMs = Math.round(performance.now() - openedAt);
      return isStillThere(finding) ? [] : [{ finding, durationMs }];
    });
  }
}
