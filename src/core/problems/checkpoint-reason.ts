import { reasonText, type ReasonText } from './reason-text.js';

/** All reasons why a migration cannot be part of a checkpoint, by code, as sentences without a full stop. */
const REASONS = {
  'reaches-further': (command) => `it changes more than the database in which it runs: ${command}`,
  'unknown-statements': 'its statements cannot be read, so it may change more than the database in which it runs',
  'shared-reaches-further': (command) =>
    `the scratch databases need it, and it changes more than the database in which it runs: ${command}`,
  'shared-reaches-other-server': (command) =>
    `the scratch databases need it, and it reaches another server wherever it runs: ${command}`,
  'shared-unknown-statements':
    'the scratch databases need it, and its statements cannot be read, so it may change more than the database in which it runs',
  'reads-other-rows': (table) => `it reads rows of ${table}, which may have changed when the next tenant is created`,
  'placeholder-value': (name) => `the value of its placeholder ${name} may differ elsewhere`,
} as const satisfies Readonly<Record<string, ReasonText>>;

/** Identifies a reason. Stable, like the codes of findings. */
export type CheckpointReason = keyof typeof REASONS;

/** The reason as a sentence; empty for the reason of another finding. */
export function checkpointReasonText(reason: string | undefined, value?: string): string {
  return reasonText(REASONS, reason, value);
}
