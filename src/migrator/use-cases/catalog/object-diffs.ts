import type { Finding, FindingCode } from '../../../core/errors/finding.js';
import type { DiffTexts } from '../../../core/ports/ports.js';

/** Findings about objects, with their definitions. An object that does not exist has no definition. */
const ABOUT_OBJECTS: readonly FindingCode[] = [
  'OBJECT_ADDED',
  'OBJECT_REMOVED',
  'OBJECT_CHANGED',
  'NOT_IN_MIGRATIONS',
  'NOT_IN_DATABASE',
  'DIFFERS_FROM_MIGRATIONS',
  'TENANT_OBJECT_ADDED',
  'TENANT_OBJECT_MISSING',
  'TENANT_OBJECT_DIFFERENT',
];

/** Labels for the two definitions in a diff. */
interface Labels {
  readonly recorded: string;
  readonly actual: string;
}

/** Adds a diff to each finding about an object. For one that was added or removed, it shows the whole definition. */
export function withObjectDiffs(
  findings: readonly Finding[],
  labels: Labels,
  diffTexts: DiffTexts,
): Promise<Finding[]> {
  return Promise.all(
    findings.map(async (found) => {
      if (!ABOUT_OBJECTS.includes(found.code)) return found;
      const { subject: name, recorded, actual } = found;
      const before = { name, label: recorded === undefined ? 'absent' : labels.recorded, text: asLines(recorded) };
      const after = { name, label: actual === undefined ? 'absent' : labels.actual, text: asLines(actual) };
      return { ...found, diff: await diffTexts(before, after) };
    }),
  );
}

function asLines(definition: string | null | undefined): string {
  return definition ? `${definition}\n` : '';
}
