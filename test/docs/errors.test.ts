import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { exitCodeOf } from '../../src/cli/process/failure.js';
import { finding, FINDINGS, renderFinding, type FindingCode } from '../../src/core/errors/finding.js';
import { CATALOG_FINDINGS } from '../../src/core/errors/catalog/catalog-findings.js';
import { VERIFY_FINDINGS } from '../../src/core/errors/catalog/verify-findings.js';
import { FILE_FINDINGS } from '../../src/core/errors/files/file-findings.js';
import { HISTORY_FINDINGS } from '../../src/core/errors/history-findings.js';
import { ERROR_CODES, MigrationError } from '../../src/core/errors/migration-error.js';
import { RUN_FINDINGS } from '../../src/core/errors/run-findings.js';
import { TENANT_FINDINGS } from '../../src/core/errors/tenants/tenant-findings.js';
import * as api from '../../src/migrator.js';
import { sourceFiles } from '../architecture/imports.js';
import { withoutCode } from '../support/files/code-blocks.js';
import { messageOf, PARTS, readSections } from './error-sections.js';
import { unknownInstructions, unknownNames } from './existing-names.js';
import { ERROR_SAMPLES } from './error-samples.js';
import { FINDING_SAMPLES } from './finding-samples.js';

const FINDING_CODES = Object.keys(FINDINGS) as FindingCode[];
const groups = readSections();
const sections = [...groups.values()].flat();
const codeIn = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
const rendered = (code: FindingCode): string => renderFinding(finding(code, FINDING_SAMPLES[code]));

describe('docs/errors.md', () => {
  test('has one section for every code, in the order of the code, and no other', () => {
    const codes = [...groups].map(([title, of]) => [title, of.map(({ code }) => code)]);
    expect(codes).toEqual([
      ['Errors and findings', []],
      ['Errors', [...ERROR_CODES]],
      ['History findings', Object.keys(HISTORY_FINDINGS)],
      ['Catalog findings', Object.keys(CATALOG_FINDINGS)],
      ['Verify findings', Object.keys(VERIFY_FINDINGS)],
      ['File findings', Object.keys(FILE_FINDINGS)],
      ['Run findings', Object.keys(RUN_FINDINGS)],
      ['Tenant findings', Object.keys(TENANT_FINDINGS)],
    ]);
  });

  test.each(sections)('says of $code what it means, why, what to do, and shows it', ({ parts }) => {
    expect([...parts.keys()]).toEqual(PARTS);
    for (const text of parts.values()) expect(text).not.toBe('');
  });

  test.each(sections)('shows $code as it is: test/docs/write-examples.ts brings it up to date', (section) => {
    const message = messageOf(section);
    expect(message.endsWith(`[${section.code}]`)).toBe(true);
    expect(message).toBe(
      section.code in FINDINGS
        ? rendered(section.code as FindingCode)
        : ERROR_SAMPLES[section.code as keyof typeof ERROR_SAMPLES].message,
    );
  });

  test.each(groups.get('Errors') ?? [])('names the class, exit code and fields of $code', ({ code, intro }) => {
    const error = ERROR_SAMPLES[code as keyof typeof ERROR_SAMPLES];
    const inherited = ['code', 'name', 'message', 'stack', 'cause'];
    const fields = Object.getOwnPropertyNames(error).filter((name) => !inherited.includes(name));
    const [name, exitCode, ofFields = ''] = intro.split(' · ');
    expect([name, exitCode?.slice(0, 'exit code n'.length)]).toEqual([
      `\`${error.name}\``,
      `exit code ${exitCodeOf(error)}`,
    ]);
    expect(new Set(codeIn(ofFields))).toEqual(new Set(fields));
  });

  test.each(sections.filter(({ code }) => code in FINDINGS))('names the severity of $code', ({ code, intro }) => {
    expect(intro).toBe(`severity: \`${FINDINGS[code as FindingCode].severity}\``);
  });

  test('names every field of a finding', () => {
    const [introduction = ''] = readFileSync('docs/errors.md', 'utf8').split('\n# ');
    const described = [...introduction.matchAll(/^\| (.*?) \| /gm)].flatMap(([, cell = '']) => codeIn(cell));
    const all = finding('CHANGED', {
      subject: '',
      tenant: '',
      comparedWith: { tenant: '', same: 1, of: 2 },
      line: 1,
      column: 1,
      detail: '',
      recorded: '',
      actual: '',
      since: new Date(0),
      changedBy: [],
      diff: '',
    });
    expect(new Set(described)).toEqual(new Set(Object.keys(all)));
  });
});

describe('a message ends with its code', () => {
  test.each(FINDING_CODES)('for the finding %s, with the least details too', (code) => {
    expect(rendered(code).endsWith(` [${code}]`)).toBe(true);
    expect(renderFinding(finding(code, { subject: '1_a.sql' })).endsWith(` [${code}]`)).toBe(true);
  });

  test.each(ERROR_CODES)('for the error %s', (code) => {
    expect(ERROR_SAMPLES[code].code).toBe(code);
    expect(ERROR_SAMPLES[code].message.endsWith(`[${code}]`)).toBe(true);
  });

  test('for every class of errors that the package has', () => {
    const classes = Object.values(api).filter(
      (value): value is typeof MigrationError =>
        typeof value === 'function' && value.prototype instanceof MigrationError,
    );
    expect(classes.length).toBeGreaterThan(10);
    const tried = new Set(Object.values(ERROR_SAMPLES).map((error) => error.constructor));
    expect(classes.filter((each) => !tried.has(each))).toEqual([]);
  });
});

describe('what a text tells an operator to do can be done', () => {
  test.each(FINDING_CODES)('in the remedy of %s', (code) => {
    const { remedy } = finding(code, FINDING_SAMPLES[code]);
    expect(unknownNames(remedy)).toEqual([]);
    expect(unknownInstructions(rendered(code))).toEqual([]);
    expect(rendered(code)).not.toMatch(/\boption [^"]/); // in quotes, so that this test sees its name
  });

  test.each(ERROR_CODES)('in the message of %s', (code) => {
    expect(unknownNames(ERROR_SAMPLES[code].message)).toEqual([]);
  });

  test.each(sections)('in the section of $code', ({ intro, parts }) => {
    for (const text of [intro, ...[...parts].flatMap(([name, part]) => (name === 'Example' ? [] : [part]))])
      expect(unknownNames(text)).toEqual([]);
  });

  test('in the introduction of docs/errors.md', () => {
    const [introduction = ''] = readFileSync('docs/errors.md', 'utf8').split('\n# ');
    expect(unknownNames(withoutCode(introduction, 'ts'))).toEqual([]);
    expect(introduction).toContain('migrator.repair(');
  });

  test('in every other message of the sources', () => {
    const unknown = sourceFiles('.', 'src').flatMap((file) => unknownInstructions(readFileSync(file, 'utf8')));
    expect(unknown).toEqual([]);
  });

  test.each([
    ['a method', 'Call fixup().', 'fixup'],
    ['a method of the migrator alone', 'Call close().', 'close'],
    ['a command', 'Run "nest-migrations undo" first.', 'undo'],
    ['a flag', 'Use `--patience`.', '--patience'],
    ['an option', 'Set the option "directoy".', 'directoy'],
    ['an option of a group', 'Set the option "timeouts.lock".', 'timeouts.lock'],
    ['a directive', 'Write "-- no-transactions" at its top.', '-- no-transactions'],
    ['a directive with a value', 'Write `-- lock-timeout: soon`.', '-- lock-timeout: soon'],
  ])('and this test sees %s that does not exist', (_, text, name) => {
    expect(unknownNames(text)).toEqual([name]);
  });
});
