import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { codeBlocks } from '../support/files/code-blocks.js';
import { runInShell } from '../support/programs/shell.js';
import { useTestDatabase } from '../support/server/use-test-database.js';

const DOCUMENT = 'docs/recipes/kubernetes.md';

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly bin: Record<string, string> };
const database = useTestDatabase('kubernetes');

interface Container {
  readonly command?: readonly string[];
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string } };
}

interface Manifest {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly spec?: { readonly template: { readonly spec: Manifest } };
}

describe('docs/recipes/kubernetes.md', () => {
  const manifests = codeBlocks(DOCUMENT, 'yaml').map((text) => parse(text) as Manifest);
  const containers = manifests
    .map((manifest) => manifest.spec?.template.spec ?? manifest)
    .flatMap((spec) => [...(spec.containers ?? []), ...(spec.initContainers ?? [])]);

  test('probes routes that the example has', async () => {
    const paths = containers.flatMap((container) =>
      Object.entries(container).flatMap(([name, probe]) =>
        name.endsWith('Probe') ? [(probe as { httpGet: { path: string } }).httpGet.path] : [],
      ),
    );
    expect([...new Set(paths)].toSorted()).toEqual(['/health', '/health/live']);
    const routes = readFileSync('example/health.controller.ts', 'utf8');
    expect(routes).toContain(`@Controller('health')`);
    expect(routes).toContain(`@Get('live')`);
  });

  test('runs commands that exist', async () => {
    const migrating = containers.flatMap(({ command }) => (command ? [command] : []));
    expect(migrating).toHaveLength(2);
    for (const [program, ...parameters] of migrating) {
      expect(program).toBe(`node_modules/.bin/${Object.keys(packageJson.bin)[0]}`);
      const { code, stdout } = await runInShell(
        database.connectionString,
        `npx nest-migrations ${parameters.join(' ')}`,
      );
      expect(stdout).toMatch(/^(Applied 17 migrations in \d+ ms|Database is up to date \(17 applied\))$/m);
      expect(code).toBe(0);
    }
  });
});
