import { reasonText, type ReasonText } from './reason-text.js';

/** Why a file cannot run in one transaction. Plain data. */
export interface NonTransactional {
  readonly reason: NonTransactionalReason;
  /** The beginning of the statement that it is about. */
  readonly value?: string;
}

/** All reasons by code, as parts of a sentence about the file. */
const REASONS = {
  declared: 'a comment at its top says so',
  'controls-transactions': 'it controls transactions itself',
  'statement-outside-transaction': (statement) => `"${statement}" cannot run in a transaction`,
  'new-enum-value': 'it uses an enum value that it adds',
  'refused-by-server': 'the server refused to run it in a transaction',
} as const satisfies Readonly<Record<string, ReasonText>>;

/** Identifies a reason. Stable, like the codes of findings. */
export type NonTransactionalReason = keyof typeof REASONS;

/** The reason as part of a sentence. */
export function nonTransactionalText(reason: string | undefined, value?: string): string {
  return reasonText(REASONS, reason, value);
}
