import type { BigIntStats } from 'node:fs';

/**
 * The coarsest step in which file systems count time, in ms: 2 s on FAT, and a margin. Two changes of a file within one
 * step may leave it with the same times.
 */
export const TIME_STEP_MS = 3_000;

/** Times of one look: by a clock that only ever goes forward, and by the one that may be compared with other machines. */
export interface Moment {
  readonly steadyMs: number;
  readonly wallMs: number;
}

/** What identifies a state of a file or a folder, as it was at one look. Reading it comes after. */
export interface Sighting {
  readonly signature: string;
  /** When this signature was seen first, by the steady clock. */
  readonly sinceMs: number;
  /** True if any later change will have another signature, so that what was read after this look can be relied on. */
  readonly isSettled: boolean;
}

/**
 * Looks at a file. As in git, times that are too new prove nothing: another change may follow within the same step.
 * They are settled once the same times were seen for longer than a step. So a clock of the file system that differs
 * from ours does no harm to what changes while we watch.
 *
 * @param before the last look at the same path; undefined for one that nobody has looked at.
 * @param isNew true if it has appeared while we watched.
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
