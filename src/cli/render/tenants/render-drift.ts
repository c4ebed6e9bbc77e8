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
  /** Why not. */
  readonly notCompared: string | undefined;
  /** Why they could not be read. */
  readonly error: Error | undefined;
}

/**
 * The drift of tenants for people, and who was not compared.
 *
 * @param notes about no particular tenant.
 */
export function renderDrift(groups: readonly DriftGroup[], notes: readonly Finding[], typed: Invocation): string {
  const lines = groups.flatMap(({ tenants, findings, notCompared, error }) => {
    const own = forTenant(typed, tenants[0] ?? '');
    const details = [
      ...findings.map(findingText(own)),
      ...(error ? [describeError(error, own)] : []),
      ...(notCompared === undefined ? [] : [`Not compared with other tenants: ${notCompared}`]),
    ];
    return details.length === 0 ? [] : [`${describeTenants(tenants)}:`, ...details.map(indented)];
  });
  const isDrift = groups.some(({ findings, error }) => findings.length > 0 || error);
  const others = groups.filter(({ notCompared }) => notCompared === undefined).flatMap(({ tenants }) => tenants);
  const none = others.length === 0 && groups.length > 0 ? [] : [`No drift (${numberOf(others.length)})`];
  return [...lines, ...(isDrift ? [] : none), ...notes.map(findingText(typed))].join('\n');
}

/** The same for programs. Its shape is stable. */
export function driftToJson(groups: readonly DriftGroup[], notes: readonly Finding[], typed: Invocation): object {
  return { groups: groups.map((each) => groupToJson(each, typed)), findings: notes.map(findingToJson(typed)) };
}

function groupToJson({ tenants, findings, isCompared, notCompared, error }: DriftGroup, typed: Invocation): object {
  const own = forTenant(typed, tenants[0] ?? '');
  return {
    tenants,
    findings: findings.map(findingToJson(own)),
    isCompared,
    notCompared: notCompared ?? null,
    error: error ? errorToJson(error, own).error : null,
  };
}
