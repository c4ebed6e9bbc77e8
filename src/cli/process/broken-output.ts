/** What went wrong with standard output, besides that nobody reads it. */
let failure: NodeJS.ErrnoException | undefined;

/**
 * Lets a command go on when nobody reads what it prints: `| head` must not end a migration halfway. Without a listener
 * the process would end with a stack trace.
 */
export function tolerateBrokenOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
  });
  process.stderr.on('error', () => {}); // there is nowhere left to say so
}

/** Why a result is lost, such as a full disk; undefined if it is not. */
export function brokenOutput(): NodeJS.ErrnoException | undefined {
  return failure;
}
