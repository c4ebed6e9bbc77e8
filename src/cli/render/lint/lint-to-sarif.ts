import { pathToFileURL } from 'node:url';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import { LIBRARY_VERSION } from '../../../core/history/library-version.js';
import { diagnosticSentences, type Diagnostic } from '../../../core/lint/diagnostic.js';
import type { RuleDocs } from '../../../core/lint/model/rule.js';

/** The description of a rule in a report. */
interface DocumentedRule {
  readonly name: string;
  readonly docs: RuleDocs;
}

/** A diagnostic, and the path of its file in a report. */
interface LocatedDiagnostic {
  readonly found: Diagnostic;
  readonly path: string;
}

/**
 * Renders diagnostics as SARIF 2.1.0, for code scanning on GitHub and elsewhere.
 *
 * @param rules all rules that may have found something; unknown ones are described by their name only.
 */
export function diagnosticsToSarif(diagnostics: readonly LocatedDiagnostic[], rules: readonly DocumentedRule[]): Log {
  const ids = [...new Set(diagnostics.map(({ found }) => found.rule))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'nest-migrations',
            semanticVersion: LIBRARY_VERSION,
            rules: ids.map((id) => descriptor(id, rules.find(({ name }) => name === id)?.docs)),
          },
        },
        columnKind: 'unicodeCodePoints',
        results: diagnostics.map((each) => result(each, ids.indexOf(each.found.rule))),
      },
    ],
  };
}

function descriptor(id: string, docs: RuleDocs | undefined): ReportingDescriptor {
  const [, squawkRule] = id.split('squawk/');
  if (squawkRule !== undefined) return { id, helpUri: `https://squawkhq.com/docs/${squawkRule}` };
  if (!docs) return { id };
  const text = `${docs.finds} ${docs.harm}`;
  const markdown = [text, ...docs.rewrite.map(({ about, sql }) => `${about}\n\n\`\`\`sql\n${sql.trimEnd()}\n\`\`\``)];
  return {
    id,
    shortDescription: { text: docs.finds },
    fullDescription: { text },
    help: { text, markdown: markdown.join('\n\n') },
  };
}

function result({ found, path }: LocatedDiagnostic, ruleIndex: number): Result {
  const { rule: ruleId, severity, line, column } = found;
  // A result without a location is not displayed, so problems of the whole file are reported on its first line.
  const region = line === undefined ? { startLine: 1 } : { startLine: line, startColumn: column ?? 1 };
  return {
    ruleId,
    ruleIndex,
    level: severity,
    message: { text: diagnosticSentences(found) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) }, region } }],
  };
}

function uriOf(place: string): string {
  if (place.startsWith('/') || /^[a-z]:/i.test(place)) return pathToFileURL(place).href;
  return place.split('/').map(encodeURIComponent).join('/');
}
