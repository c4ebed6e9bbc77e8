/** The table-level lock modes, from the weakest to the strongest. */
export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

/** The mode of a lock on a table or index, as PostgreSQL's documentation writes it. */
export type LockMode = (typeof LOCK_MODES)[number];

/** True for modes in which a lock, granted or awaited, blocks the writes of the application. */
export function blocksWrites(mode: LockMode): boolean {
  return LOCK_MODES.indexOf(mode) >= LOCK_MODES.indexOf('SHARE');
}

/** True for modes in which a lock, granted or awaited, blocks its reads too. */
export function blocksReads(mode: LockMode): boolean {
  return mode === 'ACCESS EXCLUSIVE';
}

/** True if a mode conflicts with more than another one. */
export function isStronger(mode: LockMode, than: LockMode): boolean {
  return LOCK_MODES.indexOf(mode) > LOCK_MODES.indexOf(than);
}
