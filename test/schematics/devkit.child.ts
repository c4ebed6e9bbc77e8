/** Runs schematics for the tests, in a separate process because Jest cannot load the devkit before Node 24.9. */
import { HostTree } from '@angular-devkit/schematics';
import { SchematicTestRunner, UnitTestTree } from '@angular-devkit/schematics/testing/index.js';

/** A schematic to run on the files of a project. */
export interface Request {
  readonly collection: string;
  readonly schematic: string;
  readonly options: object;
  readonly files: Readonly<Record<string, string>>;
}

/** The result. */
export interface Outcome {
  readonly files: Readonly<Record<string, string>>;
  /** What it printed. */
  readonly printed: string;
  /** The package managers that were to install packages. */
  readonly installs: readonly string[];
}

process.on('message', (request: Request) => {
  run(request).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

async function run({ collection, schematic, options, files }: Request): Promise<Outcome> {
  const runner = new SchematicTestRunner('tested', collection);
  const lines: string[] = [];
  runner.logger.subscribe(({ message }) => lines.push(message));
  const before = new UnitTestTree(new HostTree());
  for (const [file, text] of Object.entries(files)) before.create(file, text);
  const after = await runner.runSchematic(schematic, options, before);
  return {
    files: Object.fromEntries(after.files.map((file) => [file.slice(1), after.readContent(file)])),
    printed: lines.join('\n'),
    installs: runner.tasks.map((task) => (task.options as { packageManager: string }).packageManager),
  };
}
