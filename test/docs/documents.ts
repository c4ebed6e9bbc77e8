import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocksIn, type CodeBlock } from '../support/files/code-blocks.js';
import { repositoryRoot } from '../support/programs/process.js';

/** A code block and its place. */
export interface Block extends CodeBlock {
  /** The document and the line below the fence, such as `docs/faq.md:12`. */
  readonly place: string;
}

/** The README and every document of the package. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  ...readdirSync(join(repositoryRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file.replaceAll('\\', '/')}`)
    .toSorted(),
];

/** All blocks of one language in all documents, including indented ones, as in lists. */
export function blocksIn(language: string): Block[] {
  return DOCUMENTS.flatMap((document) => {
    const blocks = codeBlocksIn(readFileSync(join(repositoryRoot, document), 'utf8'));
    return blocks.map((block) => ({ ...block, place: `${document}:${block.line}` }));
  }).filter((block) => block.language === language);
}
