import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '../../core/errors/input-errors.js';

/** Sets the variables in a file that are not already set. @throws ConfigurationError */
export async function readEnvFile(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const detail = `reading ${file} failed with ${error.code}`;
    throw new ConfigurationError('INVALID_OPTIONS', [{ option: '--env-file', code: 'unusable', given: file, detail }]);
  });
  for (const [name, value] of Object.entries(parseEnv(text))) environment[name] ??= value;
}
