import type { Finding } from '../errors/finding.js';
import type { MigrationEvent } from './events.js';

/**
 * The fields of an event in a structured log, next to its text: strings, numbers and booleans unchanged, a list as its
 * number of elements, and a finding as the fields that identify it.
 */
export function fieldsOf(event: MigrationEvent, finding?: Finding): Readonly<Record<string, unknown>> {
  const { type, at: _, ...rest } = event;
  const fields = Object.entries(rest).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'findings') return [];
    if (Array.isArray(value)) return [[name, value.length]];
    return ['string', 'number', 'boolean'].includes(typeof value) ? [[name, value]] : [];
  });
  const found = finding && { code: finding.code, severity: finding.severity, subject: finding.subject };
  return { event: type, ...(Object.fromEntries(fields) as object), ...found };
}
