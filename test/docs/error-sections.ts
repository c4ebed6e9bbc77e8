import { readFileSync } from 'node:fs';
import { codeBlocksIn } from '../support/files/code-blocks.js';

/** The parts that every section has, in this order. */
export const PARTS = ['Meaning', 'Causes', 'What to do', 'Example'] as const;

/** One section of docs/errors.md. */
export interface Section {
  readonly code: string;
  /** The line below the heading: class or severity. */
  readonly intro: string;
  /** Text by part, in the order of the file. */
  readonly parts: ReadonlyMap<string, string>;
}

export const ERRORS_PATH = 'docs/errors.md';

/** The group (`# …`) of each section, with the sections. */
export function readSections(text = readFileSync(ERRORS_PATH, 'utf8')): ReadonlyMap<string, readonly Section[]> {
  const [, ...groups] = text.split(/^# /m);
  return new Map(
    groups.map((group) => {
      const [title = '', ...sections] = group.split(/^## /m);
      return [title.split('\n', 1)[0] as string, sections.map(readSection)];
    }),
  );
}

function readSection(text: string): Section {
  const [code, rest] = [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n'))];
  const [intro = '', ...parts] = rest.split(/^\*\*([^*]+):\*\*/m);
  const entries = parts.flatMap((name, i) => (i % 2 === 0 ? [[name, (parts[i + 1] ?? '').trim()] as const] : []));
  return { code, intro: intro.trim(), parts: new Map(entries) };
}

/** The message of an example. */
export function messageOf(section: Section): string {
  const [example] = codeBlocksIn(section.parts.get('Example') ?? '');
  return example?.language === 'text' ? example.code.trimEnd() : '';
}
