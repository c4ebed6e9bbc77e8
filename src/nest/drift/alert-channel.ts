import { DiscoveryService } from '@nestjs/core';
import type { DriftFinding } from '../../core/status/drift.js';

/** What the drift watch has to say, and of which history. */
export type DriftAlert = DriftNews & {
  /** Name of the instance of the module; undefined for the one without. */
  readonly instance: string | undefined;
  /** The history table. */
  readonly table: string;
};

export type DriftNews =
  | { readonly type: 'found'; readonly findings: readonly DriftFinding[] }
  | { readonly type: 'resolved'; readonly findings: readonly DriftFinding[] }
  /** The database or the disk is away: whether there is drift is unknown. */
  | { readonly type: 'could-not-look'; readonly error: string };

/** A provider that passes drift alerts on: to a chat, a pager, a metric. Mark its class with `@DriftAlertChannel()`. */
export interface AlertChannel {
  /** Errors are logged and stop nothing. */
  alert(alert: DriftAlert): void | Promise<void>;
}

/** Marks a provider as an {@link AlertChannel}. It may be a provider of any module. */
export const DriftAlertChannel = DiscoveryService.createDecorator<void>();
