import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from '../support/programs/process.js';

/** What the code blocks assume: a test runner with globals, an application, and the packages it uses. */
const AROUND: Readonly<Record<string, string>> = {
  'globals.d.ts': `
    import type { test as testOfJest, expect as expectOfJest } from '@jest/globals';
    import type { Fleet, MigrationsHealthIndicator, MigrationsService, Migrator } from 'nestjs-pg-migrations';
    declare global {
      const test: typeof testOfJest;
      const expect: typeof expectOfJest;
      const migrations: MigrationsService;
      const indicator: MigrationsHealthIndicator;
      const migrator: Migrator;
      const fleet: Fleet;
      function metricsAreFine(): Promise<boolean>;
      function tryAgainLater(): Promise<void>;
    }`,
  'app.module.ts': 'export class AppModule {}',
  'health.module.ts': 'export class HealthModule {}',
};

/** The compiler errors of code blocks by name, each compiled as a module of its own application. */
export function problemsOf(blocks: ReadonlyMap<string, string>): string[] {
  const folder = join(repositoryRoot, 'test/docs');
  const texts = new Map(Object.entries(AROUND).map(([name, text]) => [join(folder, name), text]));
  for (const [name, block] of blocks) texts.set(join(folder, `${name}.ts`), `${block}\nexport {};\n`);
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(repositoryRoot, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config,
    ts.sys,
    repositoryRoot,
  );
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = { readFile: host.readFile.bind(host), fileExists: host.fileExists.bind(host) };
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  const program = ts.createProgram([...texts.keys()], { ...options, noEmit: true, noUnusedLocals: false }, host);
  const blockFiles = program.getSourceFiles().filter(({ fileName }) => texts.has(fileName));
  const diagnostics = blockFiles.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return diagnostics.map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? `:${file.getLineAndCharacterOfPosition(start).line + 1}` : '';
    return `${file?.fileName.slice(folder.length + 1) ?? ''}${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
