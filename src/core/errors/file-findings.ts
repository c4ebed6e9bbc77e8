import type { FindingDefinition } from './finding-definition.js';
import { call, quoted } from './wording.js';

const DIRECT_CONNECTION =
  'Set the option "migrateWith" to a direct connection, one that does not go through the pooler.';

function restart(file: string): string {
  return `repair({ restart: ${quoted(file)} })`;
}

/** Reasons why a file cannot run as it is. */
export const FILE_FINDINGS = {
  UNDO_SECTION: {
    severity: 'error',
    text: () => 'has an undo section, which would run with the rest',
    remedy: ({ detail }) => `${detail}.`,
  },
  SECTION: {
    severity: 'error',
    text: ({ detail }) => `cannot be read in this layout: ${detail}`,
    remedy: () => '',
  },
  META_COMMAND: {
    severity: 'error',
    text: ({ detail }) => `uses the psql meta-command ${detail}, which only psql understands`,
    remedy: () => 'Remove it, or write what it does as SQL.',
  },
  COPY_WITHOUT_END: {
    severity: 'error',
    text: () => 'copies from stdin, but no line "\\." ends its rows',
    remedy: () => 'Put the rows on the lines after the statement, and a line "\\." after the last row.',
  },
  NUL_CHARACTER: {
    severity: 'error',
    text: () => 'contains a NUL character, which PostgreSQL cannot read',
    remedy: () => 'Save the file as plain UTF-8 text.',
  },
  UNKNOWN_DIRECTIVE: {
    severity: 'error',
    text: ({ detail }) => `has the unknown directive "${detail}"`,
    remedy: ({ actual }) => `Did you mean "${actual}"?`,
  },
  INVALID_DIRECTIVE: {
    severity: 'error',
    text: ({ detail }) => `has the directive "${detail}", whose value is not a valid duration`,
    remedy: () => 'Write it like 30s, 5min or 0.',
  },
  READ_ONLY_TRANSACTION: {
    severity: 'error',
    text: () => 'makes its transaction READ ONLY, so its record could not be written',
    remedy: () => 'Remove READ ONLY.',
  },
  OPEN_TRANSACTION: {
    severity: 'error',
    text: () => 'begins a transaction that it never ends',
    remedy: () => 'Add the COMMIT.',
  },
  MISSING_PLACEHOLDER: {
    severity: 'error',
    text: ({ detail }) => `uses the placeholder ${detail}, which has no value`,
    remedy: () => 'Give it a value in the option "placeholders".',
  },
  FINISHED_STEPS_CHANGED: {
    severity: 'error',
    text: ({ detail }) => `stopped after ${detail} steps, and that part of the file has changed since`,
    remedy: ({ subject }) =>
      `Restore that part of the file, and the next run continues where it stopped. Or undo by hand what those steps did and call ${restart(subject)}; the next run then starts the file from the beginning. Or finish the migration by hand and record it with ${call('mark', subject)}.`,
  },
  STEP_IN_DOUBT: {
    severity: 'error',
    text: ({ detail }) =>
      `was interrupted during the statement "${detail}", which commits by itself, and nothing shows whether it took effect`,
    remedy: ({ subject }) =>
      `Check the database. If the statement took effect, call ${call('resolve', subject, 'done')}; if it did not, call ${call('resolve', subject, 'again')}. Then run again.`,
  },
  LOST_SESSION: {
    severity: 'warning',
    text: ({ detail }) => `lost part of its session when it stopped between two steps: ${detail}`,
    remedy: ({ subject }) =>
      `If the remaining steps fail because of that, undo by hand what the finished steps did and call ${restart(subject)}; the next run then starts the file from the beginning. Or finish the migration by hand and record it with ${call('mark', subject)}.`,
  },
  NOT_TRANSACTIONAL: {
    severity: 'error',
    text: ({ detail }) => `cannot be part of one transaction: ${detail}`,
    remedy: () => 'Set the option "transaction" to "each", at least for the run that applies this file.',
  },
  UNLOCKED: {
    severity: 'error',
    text: ({ detail }) =>
      `cannot run in a transaction (${detail}), and without the migration lock nothing stops two processes from running it at once`,
    remedy: () => 'Set the option "lock" to "auto".',
  },
  POOLER_SESSION_LOCK: {
    severity: 'error',
    text: () =>
      'takes a session-level advisory lock; behind a transaction-mode pooler the lock would stay with a server connection that serves other clients next',
    remedy: () => `Use pg_advisory_xact_lock instead. Or: ${DIRECT_CONNECTION}`,
  },
  POOLER_SESSION_STATE: {
    severity: 'error',
    text: () =>
      'sets this for the session, but behind a transaction-mode pooler each step of a non-transactional migration may run in a different session',
    remedy: () => DIRECT_CONNECTION,
  },
  POOLER_LIMIT: {
    severity: 'error',
    text: () =>
      'runs this outside a transaction, where the timeouts that the file sets have no effect behind a transaction-mode pooler',
    remedy: () => DIRECT_CONNECTION,
  },
  POOLER_ROLE: {
    severity: 'error',
    text: () =>
      'runs this outside a transaction, where the configured role and search path cannot be set behind a transaction-mode pooler',
    remedy: () => DIRECT_CONNECTION,
  },
  LINT_ERROR: {
    severity: 'error',
    text: ({ detail, actual }) => `fails the lint rule ${actual}: it ${detail}`,
    remedy: ({ actual }) => `See "${actual}" in docs/lint.md.`,
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
