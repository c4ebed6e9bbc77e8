import { runProcess } from './process.js';

/** If the tests themselves run under `npx -p`, its settings must not reach the commands of a document. */
const NO_OUTER_NPX = { npm_config_package: undefined, npm_config_call: undefined };

/** Runs a command as a reader of a document would, in the repository. */
export function runInShell(connectionString: string, command: string): ReturnType<typeof runProcess> {
  return runProcess('sh', ['-c', command], {
    env: { DATABASE_URL: connectionString, ...NO_OUTER_NPX },
    timeoutMs: 60_000,
  });
}
