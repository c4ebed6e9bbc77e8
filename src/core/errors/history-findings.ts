import { problemIn, remedyIn } from './files/file-problems.js';
import type { FindingDefinition, FindingDetails } from './finding-definition.js';
import { decide, type Voice } from './remedy.js';
import { assetsHint, shortChecksum } from './wording.js';

function elsewhere(say: Voice): string {
  const directory = say({ action: 'set', option: 'directory' });
  const recursive = say({ action: 'set', option: 'recursive', value: 'true' });
  return `If that is not intended, set the right directory with ${directory}; if the files are in its subfolders, read them with ${recursive}.`;
}

function howFar(reason: FindingDetails['reason'], steps: FindingDetails['steps']): string {
  if (steps) return `${steps.done} of ${steps.total} steps finished`;
  return reason === 'begun' ? 'it was begun' : 'it failed';
}

/** Ways in which files, history and database disagree. */
export const HISTORY_FINDINGS = {
  CHANGED: {
    severity: 'error',
    text: ({ recorded, actual }) =>
      `was changed after it was applied: checksum recorded ${shortChecksum(recorded)}, on disk ${shortChecksum(actual)}`,
    remedy: ({ subject: file }, say) =>
      `Restore the file and put the change into a new migration; or, if the edit is intended, adopt it with ${say({ action: 'accept', file })}.`,
  },
  COSMETIC: {
    severity: 'note',
    text: ({ recorded, actual }) =>
      `was changed after it was applied, but only in comments or whitespace: checksum recorded ${shortChecksum(recorded)}, on disk ${shortChecksum(actual)}`,
    remedy: ({ subject: file }, say) => `Adopt the change with ${say({ action: 'accept', file })}.`,
  },
  RENAMED: {
    severity: 'warning',
    text: ({ recorded }) => `is recorded as ${recorded}: the same content under another name, so it does not run again`,
    remedy: ({ subject: file }, say) =>
      `Give the file its old name, or record the new one with ${say({ action: 'accept', file })}.`,
  },
  RENAMED_UNFINISHED: {
    severity: 'note',
    text: ({ recorded }) => `is the unfinished migration ${recorded} under another name; the next run continues it`,
    remedy: () => '',
  },
  MISSING: {
    severity: 'error',
    text: () => 'was applied, but its file is gone',
    remedy: ({ subject: file }, say) =>
      `Restore the file from version control; or, if it was deleted on purpose, remove its row with ${say({ action: 'unmark', file })}.`,
  },
  OUT_OF_ORDER: {
    severity: 'warning',
    text: () => 'has not been applied, although newer migrations have been',
    remedy: ({ recorded }, say) =>
      `The next run applies it, unless the policy refuses it; if so, give the file a newer number, or run it with ${say({ action: 'set', option: 'policy.outOfOrder', value: 'warn' })}.` +
      (recorded
        ? ` The newest applied migration has no file. If ${recorded} was recorded by mistake, remove its row with ${say({ action: 'unmark', file: recorded })}.`
        : ''),
  },
  AMBIGUOUS_RENAME: {
    severity: 'error',
    text: ({ names = [] }) =>
      `may be a renamed migration, but files and history do not match one to one; recorded without a file: ${names.join(', ')}`,
    remedy: ({ subject: file, names = [] }, say) =>
      `Give each renamed file its recorded name. Or record each of these files as applied, this one with ${say({ action: 'mark', file })}, and only then remove the names without a file: ${names
        .map((name) => say({ action: 'unmark', file: name }))
        .join(', ')}.`,
  },
  FAILED: {
    severity: 'error',
    text: ({ recorded }) => `failed: ${recorded ?? 'the error is not recorded'}`,
    remedy: ({ subject: file }, say) =>
      `Correct the file and run again; or finish it by hand and record it with ${say({ action: 'mark', file })}.`,
  },
  AHEAD: {
    severity: 'note',
    text: () => 'was applied by a newer release than this one, or its file was deleted: it sorts after every file',
    remedy: () => '',
  },
  UNVERIFIED: {
    severity: 'note',
    text: () => 'was recorded without a checksum, so changes to its file cannot be detected',
    remedy: () => 'The next run records the checksum of the file.',
  },
  ORPHANED: {
    severity: 'warning',
    text: ({ reason, steps, actual }) =>
      `did not finish (${howFar(reason, steps)}${actual ? `, then "${actual}" was sent` : ''}), and its file is gone`,
    remedy: ({ subject: file, actual }, say) => {
      const undo = `undo by hand what it left behind and remove its row with ${say({ action: 'unmark', file })}.`;
      return actual
        ? `Restore the file and run again. Or, unless a run is still in progress, check the database for that statement. ${decide(file, say)} Then ${undo}`
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
    text: (details) => `cannot be used: ${problemIn(details)}`,
    remedy: remedyIn,
  },
  EMPTY_DIRECTORY: {
    severity: 'error',
    text: ({ recorded, actual }) => `contains no migrations, but the history in ${actual} has ${recorded} applied`,
    remedy: ({ subject, detail: newest = '', recorded }, say) => {
      const rows = recorded === '1' ? 'the row' : 'each row';
      return `${elsewhere(say)}${assetsHint(subject)} If all files were deleted on purpose, remove ${rows} from the history, for example with ${say({ action: 'unmark', file: newest })}.`;
    },
  },
  NO_MIGRATIONS: {
    severity: 'warning',
    text: () => 'contains no migrations, and none have been applied',
    remedy: ({ subject }, say) => `${elsewhere(say)}${assetsHint(subject)}`,
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
