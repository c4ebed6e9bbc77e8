import type { MigrationStatus } from './status.js';

/** One way in which the files on disk and the recorded history disagree. */
export interface DriftFinding {
  readonly kind: 'changed' | 'cosmetic' | 'renamed' | 'missing' | 'out-of-order' | 'ambiguous';
  readonly file: string;
  /** What is the matter, with both values, and the way out. */
  readonly message: string;
}

/** Every history drift that a list of statuses holds, in migration order. */
export function findDrift(statuses: readonly MigrationStatus[]): DriftFinding[] {
  return statuses.flatMap((status) => {
    const message = describe(status);
    return message === undefined ? [] : [{ kind: status.state as DriftFinding['kind'], file: status.file, message }];
  });
}

function describe({ state, file, row, checksum, recordedAs, candidates }: MigrationStatus): string | undefined {
  const checksums = `checksum recorded ${short(row?.checksum)}, on disk ${short(checksum)}`;
  switch (state) {
    case 'changed':
      return `${file} was changed after it was applied: ${checksums}. Restore the file and put the change into a new migration; or, when the edit is meant, adopt it with repair().`;
    case 'cosmetic':
      return `${file} was changed after it was applied, in comments or whitespace only: ${checksums}. Adopt it with repair().`;
    case 'renamed':
      return `${file} is recorded as ${recordedAs}: the same content under another name, so it does not run again. Give the file its old name, or record the new one with repair().`;
    case 'missing':
      return `${file} was applied and its file is gone. Restore the file from version control.`;
    case 'out-of-order':
      return `${file} is not applied, yet sorts before migrations that are. It runs at the next run unless outOfOrder is "fail".`;
    case 'ambiguous':
      return `${file} has the content of more than one possible rename (recorded without a file: ${candidates.join(', ')}). Give the files their recorded names, or record the ones that were applied with mark().`;
    default:
      return undefined;
  }
}

function short(checksum: string | null | undefined): string {
  return checksum ? `${checksum.slice(0, 8)}…` : 'none';
}

/** What is new and what is gone between two looks. A finding whose message changed (another edit) counts as new. */
export interface DriftChange {
  readonly appeared: readonly DriftFinding[];
  readonly resolved: readonly DriftFinding[];
}

export function compareFindings(before: readonly DriftFinding[], now: readonly DriftFinding[]): DriftChange {
  const isIn = (
    findings: readonly DriftFinding[],
    wanted: (finding: DriftFinding) => string,
  ): ((finding: DriftFinding) => boolean) => {
    const keys = new Set(findings.map(wanted));
    return (finding) => keys.has(wanted(finding));
  };
  const known = isIn(before, (finding) => `${finding.kind} ${finding.message}`);
  const stillThere = isIn(now, (finding) => `${finding.kind} ${finding.file}`);
  return {
    appeared: now.filter((finding) => !known(finding)),
    resolved: before.filter((finding) => !stillThere(finding)),
  };
}
