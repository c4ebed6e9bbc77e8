import { describe, expect, test } from '@jest/globals';
import { parse as parseSql } from 'libpg-query';
import { parseAllDocuments } from 'yaml';
import { codeBlocks } from '../support/files/code-blocks.js';
import { problemsOf } from './code-blocks.js';
import { blocksIn } from './documents.js';
import { unknownInstructions } from './existing-names.js';

/** `npm run test:hosts` compiles and runs the blocks of this page in a project with the libraries that they are about. */
const IN_A_PROJECT = 'docs/recipes/shared-pool.md:';

describe('in every document', () => {
  test('the TypeScript compiles, and a mistake would be reported with its location', () => {
    const blocks = blocksIn('ts').filter(({ place }) => !place.startsWith(IN_A_PROJECT));
    expect(blocks.length).toBeGreaterThan(30);
    const named = blocks.map(({ place, code }): [string, string] => [place.replaceAll(/[/.:]/g, '-'), code]);
    const mistake = `import { createTestDatabase } from 'nestjs-pg-migrations/testing';`;
    const problems = problemsOf(new Map([...named, ['mistake', mistake]]));
    expect(problems).toEqual([expect.stringMatching(/^mistake\.ts:1 .*createTestDatabase/)]);
  });

  test('the SQL is valid', async () => {
    const blocks = blocksIn('sql');
    expect(blocks.length).toBeGreaterThan(60);
    const problems: string[] = [];
    for (const { place, code } of blocks) {
      const withValues = code.replaceAll(/\{\{ *(\w+) *\}\}/g, '$1');
      await parseSql(withValues).catch((error: Error) => problems.push(`${place} ${error.message}`));
    }
    expect(problems).toEqual([]);
  });

  test('the commands and their flags exist', () => {
    const blocks = [...blocksIn('sh'), ...blocksIn('yaml')];
    expect(blocks.length).toBeGreaterThan(20);
    const unknown = blocks.flatMap(({ place, code }) =>
      [...unknownInstructions(code), ...unknownFlags(code)].map((name) => `${place} ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  test('the YAML is valid', () => {
    const documents = blocksIn('yaml').flatMap(({ code }) => parseAllDocuments(code));
    expect(documents.length).toBeGreaterThan(5);
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  });
});

/** Flags of our commands, whatever is written around them. */
function unknownFlags(code: string): string[] {
  const lines = code.split('\n').filter((line) => /^(?:npx )?nest-migrations /.test(line));
  const flags = lines.flatMap((line) => line.match(/(?<= )--[a-z][a-z-]*/g) ?? []);
  return unknownInstructions(flags.map((flag) => `\`${flag}\``).join(' '));
}

test('docs/events.md shows how to turn on OpenTelemetry', () => {
  const blocks = codeBlocks('docs/events.md', 'ts').filter((block) => block.includes('nestjs-pg-migrations/otel'));
  expect(blocks).toHaveLength(1);
});
