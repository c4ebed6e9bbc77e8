import { createRequire } from 'node:module';
import path from 'node:path';

/** Why Squawk cannot be run, and the command that fixes it. */
export class SquawkError extends Error {
  constructor(
    message: string,
    /** A shell command; undefined if none helps. */
    readonly command: string | undefined,
  ) {
    super(message);
    this.name = 'SquawkError';
  }
}

/**
 * The binary in the package `squawk-cli` that a project has installed. It is started directly: the package's own
 * launcher would start another Node for each migration.
 *
 * @param from a directory of the project.
 * @throws SquawkError
 */
export function findSquawk(from: string): string {
  const launcher = resolved('squawk-cli/package.json', path.resolve(from, 'package.json'));
  if (launcher === undefined)
    throw new SquawkError('--squawk needs the package squawk-cli', 'npm install --save-dev squawk-cli@2');
  const platform = `${process.platform}-${process.arch}`;
  const binary = resolved(`@squawk-cli/${platform}/bin/squawk${process.platform === 'win32' ? '.exe' : ''}`, launcher);
  if (binary === undefined)
    throw new SquawkError(`squawk-cli has no binary for ${platform}`, 'npm install --include=optional');
  return binary;
}

function resolved(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}
