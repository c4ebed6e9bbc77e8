import { readFile, writeFile } from 'node:fs/promises';

/** A part of a document that a program writes, between two comments. */
export interface Section {
  readonly begin: string;
  readonly end: string;
}

export const MEASURED_SECTION: Section = {
  begin: '<!-- measured: written by npm run bench -- --docs -->',
  end: '<!-- /measured -->',
};

export const TENANTS_SECTION: Section = {
  begin: '<!-- tenants: written by npm run bench:tenants -- --docs -->',
  end: '<!-- /tenants -->',
};

const DOCS = new URL('../../docs/', import.meta.url);

/** Writes a section of a document in `docs`. @throws Error if the document has lost its markers */
export async function replaceSection(name: string, section: Section, text: string): Promise<void> {
  const page = new URL(name, DOCS);
  await writeFile(page, withSection(await readFile(page, 'utf8'), section, text));
}

/** A document in which everything between the markers is replaced. @throws Error if it has no markers */
export function withSection(document: string, section: Section, text: string): string {
  const [begin, end] = [document.indexOf(section.begin), document.indexOf(section.end)];
  if (begin < 0 || end < begin)
    throw new Error(`the document has lost its markers: ${section.begin} and ${section.end}`);
  return `${document.slice(0, begin)}${section.begin}\n\n${text}\n\n${document.slice(end)}`;
}
