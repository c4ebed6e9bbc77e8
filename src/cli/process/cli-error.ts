import { EXIT } from './exit-codes.js';

/** Why a command did nothing: a usage error, or something that prevents it. */
export class CliError extends Error {
  constructor(
    readonly code: 'USAGE' | 'CONFIRMATION_REQUIRED' | 'DECLINED' | 'FILE_EXISTS' | 'GIT' | 'SQUAWK' | 'NO_ROLLOUT',
    readonly exitCode: number,
    message: string,
    /** Fields for `--json`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'CliError';
  }
}

/** A command was used wrongly. */
export function usageError(problem: string): CliError {
  return new CliError('USAGE', EXIT.usage, `error: ${problem}`);
}
