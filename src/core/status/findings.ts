import { stepInDoubt, type HistoryRow } from '../history/history.js';
import { finding, findingKey, findingPlace, type Finding, type FindingDetails } from '../errors/finding.js';
import { problemDetails } from '../errors/files/file-problems.js';
import { firstWords } from '../errors/wording.js';
import type { MigrationSet, UnusableFile } from '../migration/migration-set.js';
import type { MigrationStatus } from './status.js';

/** Finds how files, history and database disagree, in migration order. */
export function findDrift(statuses: readonly MigrationStatus[]): Finding[] {
  const newest = newestWithoutFile(statuses);
  const candidates = new Set<string>();
  for (const status of statuses) for (const each of status.candidates) candidates.add(each);
  const findings: Finding[] = [];
  for (const [i, status] of statuses.entries()) {
    // Not missing, but renamed: removing its row first would let the file run again.
    if (status.state !== 'missing' || !candidates.has(status.file))
      findings.push(...findingOf(status, newest && newest.after < i ? newest.file : undefined));
    if (status.row) findings.push(...invalidIndexFindings(status.file, status.row.invalidIndexes));
  }
  return findings;
}

/** The newest applied row, if it has no file; and the index of the newest one that has. */
function newestWithoutFile(statuses: readonly MigrationStatus[]): { file: string; after: number } | undefined {
  const newest = statuses.findLast(({ row }) => row?.state === 'applied');
  if (!newest || newest.onDisk) return undefined;
  return { file: newest.file, after: statuses.findLastIndex(({ onDisk, row }) => onDisk && row?.state === 'applied') };
}

/** The row without a file whose step in doubt must be resolved before anything runs: that may be the same migration. */
export function findDoubt({ state, row }: MigrationStatus): Finding[] {
  return state === 'orphaned' ? doubtOf(row) : [];
}

/** The step in doubt of a row. */
export function doubtOf(row: HistoryRow | undefined): Finding[] {
  const step = stepInDoubt(row);
  return row && step ? [finding('STEP_IN_DOUBT', { subject: row.file, detail: firstWords(step.statement) })] : [];
}

/** @param newest the newest applied row, if only rows without a file are newer than this migration. */
function findingOf(status: MigrationStatus, newest: string | undefined): readonly Finding[] {
  const { state, file: subject, row, migration, recordedAs } = status;
  if (state === 'applied' || state === 'pending') return NONE; // almost all of them
  const step = stepInDoubt(row);
  const since = row?.executedAt ? { since: row.executedAt } : {};
  const checksums = { recorded: row?.checksum ?? null, actual: migration?.checksum ?? null };
  switch (state) {
    case 'changed':
      return [finding('CHANGED', { subject, ...checksums })];
    case 'cosmetic':
      return [finding('COSMETIC', { subject, ...checksums })];
    case 'renamed':
      return [finding('RENAMED', { subject, recorded: recordedAs ?? null })];
    case 'failed':
    case 'running':
      return [
        ...(recordedAs === undefined ? [] : [finding('RENAMED_UNFINISHED', { subject, recorded: recordedAs })]),
        ...(state === 'failed' ? [finding('FAILED', { subject, recorded: row?.error ?? null, ...since })] : []),
      ];
    case 'ahead':
      return [finding('AHEAD', { subject, ...since })];
    case 'unverified':
      return [finding('UNVERIFIED', { subject, ...since })];
    case 'missing':
      return [finding('MISSING', { subject })];
    case 'out-of-order':
      return [finding('OUT_OF_ORDER', { subject, ...(newest !== undefined && { recorded: newest }) })];
    case 'ambiguous':
      return [finding('AMBIGUOUS_RENAME', { subject, names: status.candidates })];
    case 'orphaned':
      return [
        finding('ORPHANED', {
          subject,
          ...progressOf(status),
          recorded: row?.error ?? null,
          ...since,
          ...(step && { actual: firstWords(step.statement) }),
        }),
      ];
    case 'unusable':
      return status.problem ? [unusableFinding({ file: subject, problem: status.problem })] : [];
    default:
      return [];
  }
}

const NONE: readonly Finding[] = [];

function progressOf({ row }: MigrationStatus): Pick<FindingDetails, 'reason' | 'steps'> {
  const { done = 0, total = 0 } = row?.progress ?? {};
  return { reason: row?.state === 'running' ? 'begun' : 'failed', ...(done > 0 && { steps: { done, total } }) };
}

/** A file that is not a valid migration. */
export function unusableFinding({ file, problem }: UnusableFile): Finding {
  return finding('UNUSABLE_FILE', { subject: file, ...problemDetails(problem) });
}

/** The indexes that a migration left invalid. */
export function invalidIndexFindings(file: string, names: readonly string[]): Finding[] {
  return names.map((name) => finding('INVALID_INDEX', { subject: `Index ${name}`, detail: file, actual: name }));
}

/** Reports an empty directory: nothing to do yet, or the wrong directory. @param target for the message. */
export function findEmptyDirectory(set: MigrationSet, statuses: readonly MigrationStatus[], target: string): Finding[] {
  if (set.migrations.length > 0 || set.checkpoints.length > 0 || set.unusable.length > 0) return [];
  const applied = statuses.filter(({ row }) => row?.state === 'applied');
  const newest = applied.at(-1);
  const subject = set.location;
  if (!newest) return [finding('NO_MIGRATIONS', { subject })];
  const recorded = String(applied.length);
  return [finding('EMPTY_DIRECTORY', { subject, detail: newest.file, recorded, actual: target })];
}

/** The difference between two drift checks. A finding whose values changed (another edit) counts as new. */
interface DriftChange {
  readonly appeared: readonly Finding[];
  readonly resolved: readonly Finding[];
}

/** Returns a function that tells whether an earlier finding still exists, possibly with different values. */
export function stillIn(now: readonly Finding[]): (earlier: Finding) => boolean {
  const places = new Set(now.map(findingPlace));
  return (earlier) => places.has(findingPlace(earlier));
}

/** Compares the findings of two drift checks. */
export function compareFindings(before: readonly Finding[], now: readonly Finding[]): DriftChange {
  const known = new Set(before.map(findingKey));
  const isStillThere = stillIn(now);
  return {
    appeared: now.filter((each) => !known.has(findingKey(each))),
    resolved: before.filter((each) => !isStillThere(each)),
  };
}
