import { runProcess } from './process.js';

const HOW_TO_INSTALL =
  'psql is missing. These tests compare with what psql does: apt-get install postgresql-client (Debian, Ubuntu), brew install libpq (macOS)';

export interface PsqlOptions {
  /** All of the file in one transaction (`-1`). */
  readonly oneTransaction?: boolean;
  /** Where to look for psql. Default: the PATH of this process. */
  readonly path?: string;
}

/**
 * Runs a file the way that people run migrations by hand. @throws Error with what psql said, or with how to install it.
 */
export async function runInPsql(
  connectionString: string,
  file: string,
  { oneTransaction = false, path }: PsqlOptions = {},
): Promise<void> {
  const flags = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...(oneTransaction ? ['-1'] : [])];
  const env = { PGCLIENTENCODING: 'UTF8', ...(path !== undefined && { PATH: path }) };
  const result = await runProcess('psql', [...flags, '-f', file, connectionString], { env }).catch((error: unknown) => {
    throw new Error((error as NodeJS.ErrnoException).code === 'ENOENT' ? HOW_TO_INSTALL : String(error));
  });
  if (result.code !== 0) throw new Error(`psql ended with ${result.code}: ${result.stderr}`);
}
