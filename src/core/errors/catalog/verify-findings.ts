import type { FindingDefinition } from '../finding-definition.js';
import { checkpointReasonText } from '../../problems/checkpoint-reason.js';
import type { Voice } from '../remedy.js';
import { IGNORE } from './catalog-findings.js';

/** How a database differs from what its migrations create. */
export const VERIFY_FINDINGS = {
  NOT_IN_MIGRATIONS: {
    severity: 'error',
    text: () => 'exists in the database, but the migrations do not create it',
    remedy: () => `Put it into a migration, or drop it. ${IGNORE}`,
  },
  NOT_IN_DATABASE: {
    severity: 'error',
    text: () => 'is created by the migrations, but does not exist in the database',
    remedy: () => `Create it again, or drop it in a migration. ${IGNORE}`,
  },
  DIFFERS_FROM_MIGRATIONS: {
    severity: 'error',
    text: ({ detail }) => `differs from what the migrations create${detail ? `: ${detail}` : ''}`,
    remedy: () => `Undo the change, or put it into a migration. ${IGNORE}`,
  },
  FAR_REACHING_STATEMENT: {
    severity: 'error',
    text: ({ detail }) => `changes more than the database in which it runs, so it must not run again: ${detail}`,
    remedy: ({ subject, actual }, say) =>
      actual === 'another server' ? `${leaveOut(subject, say)}.` : leaveOutOrMove(subject, say),
  },
  NOT_IN_CHECKPOINT: {
    severity: 'error',
    text: ({ reason, detail }) => `cannot be part of a checkpoint: ${checkpointReasonText(reason, detail)}`,
    remedy: ({ reason }) => CHECKPOINT_REMEDIES[reason ?? ''] ?? 'End the checkpoint at an earlier migration.',
  },
  UNREADABLE_STATEMENT: {
    severity: 'error',
    text: () => 'cannot be read by the parser, so it may change more than the database in which it runs',
    remedy: ({ subject }, say) => leaveOutOrMove(subject, say),
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;

const ON_ANOTHER_SERVER =
  'Name a server on which it may run: with --server, or in code with checkpoint(version, { server }).';

/** For shared files, which a checkpoint of tenants' files cannot end before. */
const CHECKPOINT_REMEDIES: Readonly<Record<string, string>> = {
  'shared-reaches-further': ON_ANOTHER_SERVER,
  'shared-unknown-statements': ON_ANOTHER_SERVER,
  'shared-reaches-other-server':
    "No checkpoint of the tenants' files can be written while the shared files contain this statement.",
};

function leaveOut(file: string, say: Voice): string {
  return `Leave the migration out with ${say({ action: 'verify-without', file })}`;
}

function leaveOutOrMove(file: string, say: Voice): string {
  return `${leaveOut(file, say)}; or, if the statement may run on another server, name that server with ${say({ action: 'verify-on' })}.`;
}
