import type { Finding, FindingCode } from '../errors/finding.js';

/** A difference between the live catalog and its record. */
const DIFFERENCES: readonly FindingCode[] = ['OBJECT_ADDED', 'OBJECT_REMOVED', 'OBJECT_CHANGED'];
const NOT_COMPARED: readonly FindingCode[] = ['CATALOG_NOT_COMPARED', 'CATALOG_NOT_RECORDED'];

/** The codes that a drift check did not look for, so earlier findings with them are neither confirmed nor resolved. */
export function uncheckedCodes(findings: readonly Finding[]): readonly FindingCode[] {
  return findings.some(({ code }) => NOT_COMPARED.includes(code)) ? DIFFERENCES : [];
}

/** True if the catalog should be recorded again. */
export function needsRecord(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => code === 'CATALOG_NOT_RECORDED' || code === 'OBJECTS_REWRITTEN');
}
