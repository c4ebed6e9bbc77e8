import { describe, expect, test } from '@jest/globals';
import { codeBlocks } from '../support/code-blocks.js';
import { problemsOf } from './code-blocks.js';

/** Documents whose code blocks are complete modules. */
const DOCUMENTS = ['docs/faq.md', 'docs/testing.md'];

describe('the code in', () => {
  test.each(DOCUMENTS)('%s compiles', (document) => {
    const blocks = codeBlocks(document, 'ts');
    expect(blocks.length).toBeGreaterThan(0);
    expect(problemsOf(blocks)).toEqual([]);
  });

  test('docs/events.md about OpenTelemetry compiles', () => {
    const blocks = codeBlocks('docs/events.md', 'ts').filter((block) => block.includes('nestjs-pg-migrations/otel'));
    expect(blocks).toHaveLength(1);
    expect(problemsOf(blocks)).toEqual([]);
  });

  test('a document that does not compile is reported with its location', () => {
    const problems = problemsOf([`import { createTestDatabase } from 'nestjs-pg-migrations/testing';\n`]);
    expect(problems).toEqual([expect.stringMatching(/^block-1\.ts:1 .*createTestDatabase/)]);
  });
});
