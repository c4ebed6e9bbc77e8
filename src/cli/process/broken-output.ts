/** Errors of standard output other than a closed pipe. */
let failure: NodeJS.ErrnoException | undefined;

/**
 * Lets a command continue when its output pipe is closed: `| head` must not abort a migration halfway. Without a
 * listener, the process would crash with a stack trace.
 */
export function tolerateBrokenOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
  });
  process.stderr.on('error', () => {}); // there is nowhere left to report it
}

/** Why the output was lost, such as a full disk; undefined if it was not. */
export function brokenOutput(): NodeJS.ErrnoException | undefined {
  return failure;
}
