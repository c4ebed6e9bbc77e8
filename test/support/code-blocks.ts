import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './process.js';

/** The code blocks of one language in a document. */
export function codeBlocks(document: string, language: string): string[] {
  const form = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm');
  const text = readFileSync(join(repositoryRoot, document), 'utf8');
  return [...text.matchAll(form)].map(([, block = '']) => block);
}
