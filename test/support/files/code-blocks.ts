import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../programs/process.js';

/** A fenced block of code. */
export interface CodeBlock {
  /** As written after the fence; empty if there is nothing. */
  readonly language: string;
  readonly code: string;
  /** The line below the fence, from 1. */
  readonly line: number;
}

/** All code blocks of a Markdown text, including indented ones, as in lists. */
export function codeBlocksIn(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^( *)```(\w*)\n([^]*?)^\1```$/gm)].map(
    ({ index, 1: indent = '', 2: language = '', 3: code = '' }) => ({
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: markdown.slice(0, index).split('\n').length + 1,
    }),
  );
}

/** The code blocks of one language in a document. */
export function codeBlocks(document: string, language: string): string[] {
  return codeBlocksIn(readFileSync(join(repositoryRoot, document), 'utf8'))
    .filter((block) => block.language === language)
    .map(({ code }) => code);
}

/** A Markdown text without its code blocks, or without those of one language. */
export function withoutCode(markdown: string, language = '\\w*'): string {
  return markdown.replaceAll(new RegExp(`^( *)\`\`\`${language}\\n[^]*?^\\1\`\`\`$`, 'gm'), '');
}
