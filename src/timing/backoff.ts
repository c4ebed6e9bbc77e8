import { pause } from './pause.js';

/** How the pauses between attempts grow. */
export interface BackoffSettings {
  /** In ms. */
  readonly firstPauseMs: number;
  /** In ms. */
  readonly longestPauseMs: number;
  /** The ratio of each pause to the one before. */
  readonly factor: number;
}

/** For polling a server: quickly at first, and then still often enough that nobody notices the wait. */
const POLLING: BackoffSettings = { firstPauseMs: 20, longestPauseMs: 250, factor: 1.5 };

/** After a lock timeout or a deadlock, because the blocking session may take a while. */
export const AFTER_TABLE_LOCK: BackoffSettings = { firstPauseMs: 200, longestPauseMs: 10_000, factor: 2 };

/** Pauses between the attempts of one wait. Each is randomized (jitter), so that processes spread out. */
export class Backoff {
  private lengthMs: number;

  /** @param settings @default polling: 20 ms at first, 250 ms at most */
  constructor(private readonly settings: BackoffSettings = POLLING) {
    this.lengthMs = settings.firstPauseMs;
  }

  /**
   * Waits for the next pause, or until the signal is aborted. Never rejects.
   *
   * @param onPause called first, with the length of the pause in ms.
   * @param limitMs the pause is at most this long.
   */
  async pause(
    signal?: AbortSignal,
    onPause?: (pauseMs: number) => void,
    limitMs = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const pauseMs = Math.round(Math.min(this.lengthMs * (0.5 + Math.random()), limitMs));
    this.lengthMs = Math.min(this.lengthMs * this.settings.factor, this.settings.longestPauseMs);
    onPause?.(pauseMs);
    await pause(pauseMs, signal);
  }
}
