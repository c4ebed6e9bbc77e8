/** A mistake of the command line itself, or a question that was not answered with yes. */
export class CliError extends Error {
  constructor(
    readonly code: 'USAGE' | 'CONFIRMATION_REQUIRED' | 'DECLINED',
    readonly exitCode: number,
    message: string,
    /** Fields for `--json`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'CliError';
  }
}
