import { CATALOG_FINDINGS } from './catalog/catalog-findings.js';
import { VERIFY_FINDINGS } from './catalog/verify-findings.js';
import { FILE_FINDINGS } from './files/file-findings.js';
import { HISTORY_FINDINGS } from './history-findings.js';
import { RUN_FINDINGS } from './run-findings.js';
import { TENANT_FINDINGS } from './tenants/tenant-findings.js';
import type { FindingDefinition, FindingDetails, Severity } from './finding-definition.js';
import { inApi, withRemedies, type Remedy, type Voice } from './remedy.js';
import { placeIn } from './wording.js';

const DEFINITIONS = {
  ...HISTORY_FINDINGS,
  ...CATALOG_FINDINGS,
  ...VERIFY_FINDINGS,
  ...FILE_FINDINGS,
  ...RUN_FINDINGS,
  ...TENANT_FINDINGS,
} satisfies Readonly<Record<string, FindingDefinition>>;

/** Identifies a kind of finding. Codes are stable: scripts may depend on them. */
export type FindingCode = keyof typeof DEFINITIONS;

/** All findings by code. Each has a section in docs/errors.md. */
export const FINDINGS: Readonly<Record<FindingCode, FindingDefinition>> = DEFINITIONS;

/** A problem or fact about files, history or database. Plain data; {@link renderFinding} turns it into text. */
export interface Finding extends FindingDetails {
  /** The kind of finding. */
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What to do, in whole sentences; may be empty. */
  readonly remedy: string;
  /** The actions that the remedy recommends, as data. */
  readonly remedies: readonly Remedy[];
}

/** Creates a finding with the severity and remedy of its code. */
export function finding(code: FindingCode, details: FindingDetails): Finding {
  const { severity, remedy } = FINDINGS[code];
  const { text, remedies } = withRemedies((say) => remedy(details, say));
  return { code, severity, ...details, remedy: text, remedies };
}

/** Renders a finding as text: location, problem, remedy and code; and its diff, if it has one, on the next lines. */
export function renderFinding(found: Finding): string {
  return renderFindingAs(inApi, found);
}

/** The same, with its remedy phrased by `say`. */
export function renderFindingAs(say: Voice, found: Finding): string {
  const line = `${describeFinding(say, found)} [${found.code}]`;
  return found.diff ? `${line}\n${found.diff.trimEnd()}` : line;
}

/** Renders a finding without its code. */
export function describeFinding(say: Voice, found: Finding): string {
  const { subject, tenant, line, column } = found;
  const of = tenant === undefined || subject === subjectOfTenant(tenant) ? '' : ` of tenant ${tenant}`;
  return [`${placeIn(subject, line, column)}${of} ${problemOf(found)}.`, remedyOf(say, found)]
    .filter(Boolean)
    .join(' ');
}

/** What to do about a finding, phrased by `say`. */
export function remedyOf(say: Voice, found: Finding): string {
  const { remedy } = FINDINGS[found.code];
  return remedy(found, say);
}

/** What was found: the rest of a sentence that begins with the subject, without a full stop. */
export function problemOf(found: Finding): string {
  const { text } = FINDINGS[found.code];
  return text(found).replace(/\.$/, ''); // a quoted text may end with a full stop
}

/** The subject of a finding about a tenant as a whole. */
export function subjectOfTenant(name: string): string {
  return `Tenant ${name}`;
}

/** A key that is equal for findings with the same code, subject, tenant and values. */
export function findingKey({ code, subject, tenant, reason, steps, detail, names, recorded, actual }: Finding): string {
  return JSON.stringify([code, subject, tenant, reason, steps, detail, names, recorded, actual]);
}

/** The same for findings whose values may differ. */
export function findingPlace({
  code,
  subject,
  tenant = '',
}: Pick<Finding, 'subject' | 'tenant'> & { readonly code: string }): string {
  return `${code} ${subject} ${tenant}`;
}

export type { FindingDetails, RecordedCommand, Severity } from './finding-definition.js';
