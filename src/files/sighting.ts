import type { BigIntStats } from 'node:fs';

/**
 * The coarsest resolution of file system timestamps, in ms: 2 s on FAT, plus a margin. Two changes to a file within one
 * step may leave it with the same timestamps.
 */
export const TIME_STEP_MS = 3_000;

/** The time of one check, by a monotonic clock and by the wall clock, which is comparable with other machines. */
export interface Moment {
  readonly steadyMs: number;
  readonly wallMs: number;
}

/** Identifies the state of a file or a folder at one check, taken before its contents are read. */
export interface Sighting {
  readonly signature: string;
  /** When this signature was first seen, by the monotonic clock. */
  readonly sinceMs: number;
  /** True if any later change results in another signature, so that what was read after this check can be relied on. */
  readonly isSettled: boolean;
}

/**
 * Records the state of a file. As in git, timestamps that are too new prove nothing: another change may follow within
 * one step. They are settled once they have stayed the same for longer than that. So a file system clock that differs
 * from ours does not matter for changes that happen while we watch.
 *
 * @param before the previous sighting at the same path; undefined for the first.
 * @param isNew true if the file appeared while we watched.
 */
export function look(stats: BigIntStats, now: Moment, before: Sighting | undefined, isNew: boolean): Sighting {
  const signature = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
  if (before?.signature === signature) {
    const { sinceMs } = before;
    return { signature, sinceMs, isSettled: before.isSettled || now.steadyMs - sinceMs > TIME_STEP_MS };
  }
  const isOld = newestMs(stats) < now.wallMs - TIME_STEP_MS;
  return { signature, sinceMs: now.steadyMs, isSettled: isOld && before === undefined && !isNew };
}

function newestMs({ mtimeMs, ctimeMs }: BigIntStats): number {
  return Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs);
}
