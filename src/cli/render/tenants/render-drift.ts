import type { Finding } from '../../../core/errors/finding.js';
import type { Invocation } from '../../process/invocation.js';
import { describeError } from '../describe-error.js';
import { errorToJson } from '../error-to-json.js';
import { findingText, findingToJson } from '../in-commands.js';
import { forTenant } from './for-tenant.js';
import { describeTenants, indented, numberOf } from './words.js';

/** Tenants with the same findings. */
export interface DriftGroup {
  readonly tenants: readonly string[];
  /** Without the name of the tenant. */
  readonly findings: readonly Finding[];
  /** Whether their schemas were compared with others. */
  readonly isCompared: boolean;
  /** Why they could not be read. */
  readonly error: Error | undefined;
}

/**
 * The drift of tenants for people.
 *
 * @param notes about no particular tenant.
 * @param schema whether to name tenants whose schemas were not compared.
 */
export function renderDrift(
  groups: readonly DriftGroup[],
  notes: readonly Finding[],
  typed: Invocation,
  schema = false,
): string {
  const all = groups.reduce((sum, { tenants }) => sum + tenants.length, 0);
  const lines = groups.flatMap(({ tenants, findings, isCompared, error }) => {
    const own = forTenant(typed, tenants[0] ?? '');
    const details = [
      ...findings.map(findingText(own)),
      ...(error ? [describeError(error, own)] : schema && !isCompared ? [NOT_COMPARED] : []),
    ];
    return details.length === 0 ? [] : [`${describeTenants(tenants)}:`, ...details.map(indented)];
  });
  const text = lines.length > 0 ? lines : [`No drift (${numberOf(all)})`];
  return [...text, ...notes.map(findingText(typed))].join('\n');
}

/** The same for programs. Its shape is stable. */
export function driftToJson(groups: readonly DriftGroup[], notes: readonly Finding[], typed: Invocation): object {
  return { groups: groups.map((each) => groupToJson(each, typed)), findings: notes.map(findingToJson(typed)) };
}

function groupToJson({ tenants, findings, isCompared, error }: DriftGroup, typed: Invocation): object {
  const own = forTenant(typed, tenants[0] ?? '');
  return {
    tenants,
    findings: findings.map(findingToJson(own)),
    isCompared,
    error: error ? errorToJson(error, own).error : null,
  };
}

const NOT_COMPARED =
  'Not compared: a migration has failed or is running, its tables are being changed, or too few tenants have the same migrations and values.';
