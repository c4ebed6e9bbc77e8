import type { FindingDefinition } from './finding-definition.js';
import { call, decide, shortChecksum } from './wording.js';

/** Ways in which files, history and database disagree. */
export const HISTORY_FINDINGS = {
  CHANGED: {
    severity: 'error',
    text: ({ recorded, actual }) =>
      `was changed after it was applied: checksum recorded ${shortChecksum(recorded)}, on disk ${shortChecksum(actual)}`,
    remedy: () =>
      'Restore the file and put the change into a new migration; or, if the edit is intended, adopt it with repair().',
  },
  COSMETIC: {
    severity: 'note',
    text: ({ recorded, actual }) =>
      `was changed after it was applied, but only in comments or whitespace: checksum recorded ${shortChecksum(recorded)}, on disk ${shortChecksum(actual)}`,
    remedy: () => 'Adopt the change with repair().',
  },
  RENAMED: {
    severity: 'warning',
    text: ({ recorded }) => `is recorded as ${recorded}: the same content under another name, so it does not run again`,
    remedy: () => 'Give the file its old name, or record the new one with repair().',
  },
  RENAMED_UNFINISHED: {
    severity: 'note',
    text: ({ recorded }) => `is the unfinished migration ${recorded} under another name; the next run continues it`,
    remedy: () => '',
  },
  MISSING: {
    severity: 'error',
    text: () => 'was applied, but its file is gone',
    remedy: ({ subject }) =>
      `Restore the file from version control; or, if it was deleted on purpose, remove its row with ${call('unmark', subject)}.`,
  },
  OUT_OF_ORDER: {
    severity: 'warning',
    text: () => 'has not been applied, although newer migrations have been',
    remedy: ({ recorded }) =>
      'The next run applies it, unless the option "policy.outOfOrder" is "fail": then give the file a newer number.' +
      (recorded
        ? ` The newest applied migration has no file. If ${recorded} was recorded by mistake, remove its row with ${call('unmark', recorded)}.`
        : ''),
  },
  AMBIGUOUS_RENAME: {
    severity: 'error',
    text: ({ recorded }) =>
      `may be a renamed migration, but files and history do not match one to one; recorded without a file: ${recorded}`,
    remedy: ({ subject }) =>
      `Give each renamed file its recorded name. Or record each of these files as applied, this one with ${call('mark', subject)}, and only then remove the names without a file with unmark().`,
  },
  FAILED: {
    severity: 'error',
    text: ({ recorded }) => `failed: ${recorded ?? 'the error is not recorded'}`,
    remedy: () => 'Correct the file and run again; or finish it by hand and record it with mark().',
  },
  AHEAD: {
    severity: 'note',
    text: () => 'was applied by a newer release than this one, or its file was deleted: it sorts after every file',
    remedy: () => '',
  },
  UNVERIFIED: {
    severity: 'note',
    text: () => 'was recorded without a checksum, so changes of its file cannot be seen',
    remedy: () => 'The next run records the checksum of the file.',
  },
  ORPHANED: {
    severity: 'warning',
    text: ({ detail, actual }) =>
      `did not finish (${detail}${actual ? `, then "${actual}" was sent` : ''}), and its file is gone`,
    remedy: ({ subject, actual }) => {
      const undo = `undo by hand what it left behind and remove its row with ${call('unmark', subject)}.`;
      return actual
        ? `Restore the file and run again. Or, unless a run is still in progress, check the database for that statement: ${decide(subject)} Then ${undo}`
        : `Restore the file and run again; or ${undo}`;
    },
  },
  INVALID_INDEX: {
    severity: 'warning',
    text: ({ detail }) => `is invalid: ${detail} did not finish building it`,
    remedy: ({ actual }) =>
      `The next attempt at the migration drops it and builds it again. If the migration no longer builds it, drop it yourself: DROP INDEX CONCURRENTLY ${actual};`,
  },
  UNUSABLE_FILE: {
    severity: 'error',
    text: ({ detail }) => `cannot be used: ${detail}`,
    remedy: () => '',
  },
  EMPTY_DIRECTORY: {
    severity: 'error',
    text: ({ recorded, actual }) => `contains no migrations, but the history in ${actual} has ${recorded} applied`,
    remedy: () =>
      'Point the option "directory" at the right folder, or set "recursive" if the files are in subfolders. If they were deleted on purpose, remove their rows with unmark().',
  },
  NO_MIGRATIONS: {
    severity: 'warning',
    text: () => 'contains no migrations, and none have been applied',
    remedy: () =>
      'If that is not intended, point the option "directory" at the right folder, or set "recursive" if the files are in subfolders.',
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
