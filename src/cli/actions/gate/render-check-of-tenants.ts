import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import type { FleetStatus } from '../../../fleet/fleet-options.js';
import type { ProjectOptions } from '../../configuration/project-options.js';
import type { Invocation } from '../../process/invocation.js';
import { annotationForGitHub, type Annotation } from '../../render/annotation.js';
import { findingSentences } from '../../render/in-commands.js';
import { diagnosticToJson } from '../../render/lint/lint-to-json.js';
import { pathsInRepository, type PathOf } from '../../render/lint/report-path.js';
import { forTenant } from '../../render/tenants/for-tenant.js';
import { groupStandings, type StandingGroup } from '../../render/tenants/groups.js';
import { describePending, renderStandings, standingsToJson } from '../../render/tenants/render-standings.js';
import { describeTenants, indented } from '../../render/tenants/words.js';
import { renderDiagnostics } from '../lint/render-lint.js';
import type { Checked } from './check-target.js';
import { checkToJson, renderCheck } from './render-check.js';

/** The result of checking tenants. */
export interface CheckedTenants {
  readonly exitCode: number;
  /** Undefined without shared files. */
  readonly shared: Checked | undefined;
  readonly status: FleetStatus;
  readonly diagnostics: readonly Diagnostic[];
  readonly typed: Invocation;
}

/** For people or for CI. */
export function renderCheckedTenants(
  { shared, status, diagnostics, typed }: CheckedTenants,
  format: 'text' | 'github',
  { directory, tenants }: Required<Pick<ProjectOptions, 'directory' | 'tenants'>>,
): string {
  const ofShared = shared && renderCheck(shared, format, directory);
  const ofTenants =
    format === 'github'
      ? annotationsOf(status, typed, pathsInRepository(tenants.directory, process.env)).map(annotationForGitHub)
      : [renderStandings(status, typed)];
  return [
    ...(ofShared ? (format === 'github' ? [ofShared] : ['Shared files:', indented(ofShared)]) : []),
    ...ofTenants,
    ...renderDiagnostics(diagnostics, format, tenants.directory),
  ].join('\n');
}

/** For programs. Its shape is stable. */
export function checkedTenantsToJson({ exitCode, shared, status, diagnostics, typed }: CheckedTenants): object {
  return {
    exitCode,
    shared: shared ? checkToJson(shared) : null,
    ...standingsToJson(status, typed),
    diagnostics: diagnostics.map(diagnosticToJson),
  };
}

function annotationsOf({ tenants }: FleetStatus, typed: Invocation, pathOf: PathOf): Annotation[] {
  return groupStandings(tenants, true).flatMap((group) => annotationsOfGroup(group, typed, pathOf));
}

function annotationsOfGroup({ tenants, first }: StandingGroup, typed: Invocation, pathOf: PathOf): Annotation[] {
  const who = describeTenants(tenants);
  const describe = findingSentences(forTenant(typed, first.tenant));
  return [
    ...first.pending.map((file) => {
      const isUnfinished = first.failed.includes(file);
      return {
        severity: isUnfinished ? ('error' as const) : ('note' as const),
        path: pathOf(file),
        title: first.state,
        message: `${who}: ${describePending(file, first)}`,
      };
    }),
    ...first.findings.map((each) => ({
      severity: each.severity,
      path: each.subject.endsWith('.sql') ? pathOf(each.subject) : undefined,
      line: each.line,
      column: each.column,
      title: each.code,
      message: `${who}: ${describe(each)}`,
    })),
    ...(first.error
      ? [{ severity: 'error' as const, path: undefined, title: first.state, message: `${who}: ${first.error.message}` }]
      : []),
  ];
}
