import type { Finding } from '../errors/finding.js';
import type { MigrationEvent } from './events.js';

/**
 * What a structured log shows of an event beside its text: the values that are one text, number or boolean, of a list the
 * number of its elements, and of the finding that a line is about what identifies it.
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
