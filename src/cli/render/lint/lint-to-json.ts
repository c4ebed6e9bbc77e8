import type { Diagnostic } from '../../../core/lint/diagnostic.js';

/** A diagnostic for programs: every field is present, null if it has no value. */
export function diagnosticToJson(found: Diagnostic): object {
  const { rule, severity, file, line, column, message, remedy, size, excerpt } = found;
  return {
    rule,
    severity,
    file,
    line: line ?? null,
    column: column ?? null,
    message,
    remedy,
    size: size ? { ...size, rows: size.rows ?? null } : null,
    excerpt: excerpt ?? null,
  };
}
