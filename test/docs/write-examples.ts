// After a message has changed: node --import ./tools/typescript/register.mjs test/docs/write-examples.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { finding, renderFinding, type FindingCode } from '../../src/core/errors/finding.js';
import { RUN_SAMPLE_TEXT } from './event-samples.js';
import { ERRORS_PATH } from './error-sections.js';
import { ERROR_SAMPLES } from './error-samples.js';
import { FINDING_SAMPLES } from './finding-samples.js';

const messages = new Map<string, string>([
  ...Object.entries(ERROR_SAMPLES).map(([code, { message }]) => [code, message] as const),
  ...Object.entries(FINDING_SAMPLES).map(
    ([code, details]) => [code, renderFinding(finding(code as FindingCode, details))] as const,
  ),
]);

const text = readFileSync(ERRORS_PATH, 'utf8').replace(
  /(^## (\w+)\n(?:(?!^## )[\s\S])*?^\*\*Example:\*\*\n\n```text\n)[\s\S]*?^```/gm,
  (_, before: string, code: string) => `${before}${messages.get(code)}\n\`\`\``,
);
writeFileSync(ERRORS_PATH, text);

const EVENTS_PATH = 'docs/events.md';
writeFileSync(
  EVENTS_PATH,
  readFileSync(EVENTS_PATH, 'utf8').replace(/^```text\n[\s\S]*?^```/m, () => `\`\`\`text\n${RUN_SAMPLE_TEXT}\n\`\`\``),
);
