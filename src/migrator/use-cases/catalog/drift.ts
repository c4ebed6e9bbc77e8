import type { Finding } from '../../../core/errors/finding.js';
import { isApplied } from '../../../core/status/status.js';
import type { MigratorParts } from '../../run/parts.js';
import { withDiffs } from '../diff.js';
import { briefStatus } from '../status.js';
import { catalogDrift } from './catalog-drift.js';

/** Options of `drift()`. */
export interface DriftReadOptions {
  /**
   * Adds a unified diff to the findings about changed files, if their source was recorded, and about objects. For an
   * object that was created or dropped, it shows the whole definition.
   * @default false
   */
  readonly diff?: boolean;
  /** `files`: only differences between files and history. `schema`: only changes made in the database. @default both */
  readonly only?: 'files' | 'schema' | undefined;
}

/** How files, history and database disagree. */
export async function drift(parts: MigratorParts, { diff = false, only }: DriftReadOptions): Promise<Finding[]> {
  const { findings, migrations } = await briefStatus(parts);
  const ofFiles = await parts.incidents.withFirstSeen(only === 'schema' ? [] : findings);
  // Before the first migration there is nothing to compare the database with.
  const isCompared = only !== 'files' && migrations.some(({ state }) => isApplied(state));
  return [
    ...(diff ? await withDiffs(parts, ofFiles, migrations) : ofFiles),
    ...(isCompared ? await catalogDrift(parts, diff) : []),
  ];
}
