import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { codeBlocks } from '../support/files/code-blocks.js';
import { runInShell } from '../support/programs/shell.js';
import { useTestDatabase } from '../support/server/use-test-database.js';

const DOCUMENT = 'docs/recipes/docker.md';

const database = useTestDatabase('docker_recipe');

describe('docs/recipes/docker.md', () => {
  test('copies what the application needs at run time from the first stage, and starts the application', () => {
    const [text = ''] = codeBlocks(DOCUMENT, 'dockerfile');
    const [first = [], second = []] = text.trim().split('\n\n').map(instructionsOf);
    expect(first.map(([name]) => name)).toEqual(['FROM', 'WORKDIR', 'COPY', 'RUN', 'COPY', 'RUN']);
    const [stage, folder] = [first[0]?.[1].split(' AS ')[1], first[1]?.[1]];
    const copied = second.flatMap(([name, value]) => (name === 'COPY' ? [value] : []));
    const needed = ['package.json', 'node_modules', 'dist', 'migrations'];
    expect(copied).toEqual(
      needed.map((name) => `--from=${stage} ${folder}/${name} ./${name === 'package.json' ? '' : name}`),
    );
    expect(JSON.parse(second.at(-1)?.[1] ?? '')).toEqual(['node', 'dist/main.js']);
  });

  test('has a compose file whose service for migrations runs a command that exists, after the database is healthy', async () => {
    const [text = ''] = codeBlocks(DOCUMENT, 'yaml');
    const { services } = parse(text) as { services: Record<string, { command: string[]; depends_on: object }> };
    const [program, ...parameters] = services['migrate']?.command ?? [];
    expect(program).toBe('node_modules/.bin/nest-migrations');
    const { code, stdout } = await runInShell(database.connectionString, `npx nest-migrations ${parameters.join(' ')}`);
    expect(stdout).toMatch(/^Applied 17 migrations in \d+ ms$/m);
    expect(code).toBe(0);
    for (const { depends_on: dependsOn = {} } of Object.values(services))
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(dependsOn)));
  });
});

/** The instructions of a stage, each with its arguments. */
function instructionsOf(stage: string): [string, string][] {
  return stage.split('\n').map((line) => {
    const at = line.indexOf(' ');
    return [line.slice(0, at), line.slice(at + 1)];
  });
}
