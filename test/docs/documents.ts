import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/process.js';

/** A fenced block of code. */
export interface Block {
  /** The document and the line below the fence, such as `docs/faq.md:12`. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
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
    const text = readFileSync(join(repositoryRoot, document), 'utf8');
    const fences = [...text.matchAll(/^( *)```(\w*)\n([^]*?)^\1```$/gm)];
    return fences.map(({ index, 1: indent = '', 2: found = '', 3: code = '' }) => ({
      place: `${document}:${text.slice(0, index).split('\n').length + 1}`,
      language: found,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }));
  }).filter((block) => block.language === language);
}
