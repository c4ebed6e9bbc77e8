/** Runs application code. Its output goes to stderr, because stdout is for the result of the command. */
export async function withOutputToStderr<T>(work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  const original = Object.getOwnPropertyDescriptor(stdout, 'write');
  stdout.write = stderr.write.bind(stderr);
  try {
    return await work();
  } finally {
    // The method itself belongs to the class.
    if (original) Object.defineProperty(stdout, 'write', original);
    else Reflect.deleteProperty(stdout, 'write');
  }
}
