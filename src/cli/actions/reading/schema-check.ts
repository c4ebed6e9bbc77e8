import { uncheckedCodes } from '../../../core/catalog/unchecked.js';
import type { Finding } from '../../../core/errors/finding.js';
import { EXIT } from '../../process/exit-codes.js';
import { usageError } from '../../process/cli-error.js';

/** @throws CliError if there is nothing with which --schema could compare the database */
export function assertRecorded(catalog: { readonly enabled: boolean }): void {
  if (!catalog.enabled)
    throw usageError('--schema compares the database with its recorded catalog, which `catalog: false` turns off');
}

/** A pipeline that asked about the schema must not pass because the schema could not be compared. */
export function exitCodeForSchema(exitCode: number, findings: readonly Finding[]): number {
  return exitCode === EXIT.ok && uncheckedCodes(findings).length > 0 ? EXIT.drift : exitCode;
}
