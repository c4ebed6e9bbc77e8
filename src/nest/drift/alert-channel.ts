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
  /** Findings that the previous check did not have. */
  | { readonly type: 'found'; readonly findings: readonly Finding[] }
  /** Findings that are gone. */
  | { readonly type: 'resolved'; readonly findings: readonly Finding[] }
  /** The database or the disk could not be read, so drift is unknown. */
  | { readonly type: 'check-failed'; readonly error: string };

/** A provider that forwards drift alerts, such as to a chat or pager. Mark its class with `@DriftAlertChannel()`. */
export interface AlertChannel {
  /** Delivers an alert. Errors are logged, and do not stop later checks. */
  alert(alert: DriftAlert): void | Promise<void>;
}

/** Marks a provider of any module as an {@link AlertChannel}. */
export const DriftAlertChannel = DiscoveryService.createDecorator<void>();
