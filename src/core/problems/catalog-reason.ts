import { reasonText, type ReasonText } from './reason-text.js';

/** All reasons by code, as parts of a sentence. */
const REASONS = {
  'never-recorded': 'it was never recorded',
  'other-release': 'another release recorded it',
  /** A migration is newer than the record. */
  'migrated-since': (file) => `${file} ran after it was recorded`,
  'not-readable': 'the role may not read it',
  migrating: 'a run is in progress',
  /** A checkpoint stands for files that are gone, and the database lacks some of what it contains. */
  'within-checkpoint': (checkpoint) => `it has applied only a part of what ${checkpoint} replaces`,
  'changed-meanwhile': 'a run has changed the database meanwhile',
} as const satisfies Readonly<Record<string, ReasonText>>;

/** Why a catalog was not compared. Stable, like the codes of findings. */
export type CatalogReason = keyof typeof REASONS;

/** The reason as part of a sentence. */
export function catalogReasonText(reason: string | undefined, value?: string): string {
  return reasonText(REASONS, reason, value);
}
