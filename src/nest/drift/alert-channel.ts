import { DiscoveryService } from '@nestjs/core';
import type { Finding } from '../../core/errors/finding.js';

/** The result of a drift check, with the history that was checked. */
export type DriftAlert = DriftResult & {
  /** Name of the instance; undefined if it has none. */
  readonly instance: string | undefined;
  /** Database and history table: `app/shared.schema_migrations`. */
  readonly target: string;
};

/** The outcome of a drift check. */
export type DriftResult =
  /** Findings that are new, or whose values have changed. Only one of many processes reports them. */
  | { readonly type: 'found'; readonly findings: readonly Finding[] }
  /** Findings that were reported earlier and still exist. */
  | { readonly type: 'reminder'; readonly findings: readonly Finding[] }
  /** A finding that no longer exists, and how long it existed, in ms. */
  | { readonly type: 'resolved'; readonly findings: readonly Finding[]; readonly durationMs: number }
  /** The database or the disk could not be read, so drift is unknown. */
  | { readonly type: 'check-failed'; readonly error: string }
  /** The first check that succeeds after a failed one, and how long drift was unknown, in ms. */
  | { readonly type: 'check-recovered'; readonly durationMs: number };

/** A provider that forwards drift alerts, such as to a chat or pager. Mark its class with `@DriftAlertChannel()`. */
export interface AlertChannel {
  /** Delivers an alert. Errors are logged, and do not stop later checks. */
  alert(alert: DriftAlert): void | Promise<void>;
}

/** Marks a provider of any module as an {@link AlertChannel}. */
export const DriftAlertChannel = DiscoveryService.createDecorator<void>();
