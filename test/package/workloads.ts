import { loadedBy, type Loaded } from './loaded-modules.js';

/** The migrations of the workloads. */
export const FILES = { '001_a.sql': 'CREATE TABLE a (id int);' };

/** What each way of using the package loads, by its name. */
export type Workloads = Readonly<Record<string, Loaded>>;

const importing = (name: string): string[] => ['--input-type=module', '--eval', `import '${name}';`];

/**
 * Measures every workload.
 *
 * @param connectionString of an empty database.
 * @param directory with at least one migration.
 */
export async function measureLoaded(connectionString: string, directory: string): Promise<Workloads> {
  const env = { DATABASE_URL: connectionString };
  const commandLine = (...args: string[]): Promise<Loaded> => loadedBy(['dist/cli/main.js', ...args], env);
  const refused = (...args: string[]): Promise<Loaded> => loadedBy(['dist/cli/main.js', ...args], env, 1);
  const misused = (...args: string[]): Promise<Loaded> => loadedBy(['dist/cli/main.js', ...args], env, 2);
  return {
    "import 'nestjs-pg-migrations'": await loadedBy(importing('nestjs-pg-migrations')),
    "import 'nestjs-pg-migrations/migrator'": await loadedBy(importing('nestjs-pg-migrations/migrator')),
    "import 'nestjs-pg-migrations/testing'": await loadedBy(importing('nestjs-pg-migrations/testing')),
    "import 'nestjs-pg-migrations/testing/nest'": await loadedBy(importing('nestjs-pg-migrations/testing/nest')),
    "import 'nestjs-pg-migrations/cli'": await loadedBy(importing('nestjs-pg-migrations/cli')),
    "import 'nestjs-pg-migrations/otel'": await loadedBy(importing('nestjs-pg-migrations/otel')),
    "import 'nestjs-pg-migrations/pg-boss'": await loadedBy(importing('nestjs-pg-migrations/pg-boss')),
    'nest-migrations --version': await commandLine('--version'),
    'nest-migrations --help': await commandLine('--help'),
    'nest-migrations migrate, something pending': await commandLine('migrate', '--dir', directory),
    'nest-migrations migrate, nothing to do': await commandLine('migrate', '--dir', directory),
    'nest-migrations status': await commandLine('status', '--dir', directory),
    'nest-migrations status --json': await commandLine('status', '--dir', directory, '--json'),
    'nest-migrations pending': await commandLine('pending', '--dir', directory),
    'nest-migrations plan': await commandLine('plan', '--dir', directory),
    'nest-migrations history': await commandLine('history', '--dir', directory),
    'nest-migrations check': await commandLine('check', '--dir', directory),
    'nest-migrations lint': await commandLine('lint', '--dir', directory),
    'nest-migrations lint --all': await commandLine('lint', '--all', '--dir', directory),
    'nest-migrations new, refused': await misused('new', '1', '--dir', directory),
    'nest-migrations completion': await commandLine('completion', 'bash'),
    'nest-migrations drift': await commandLine('drift', '--dir', directory),
    'nest-migrations verify': await commandLine('verify', '--dir', directory),
    'nest-migrations checkpoint, refused': await refused(
      'checkpoint',
      '001',
      '--pg-dump',
      '/nowhere',
      '--dir',
      directory,
    ),
    'nest-migrations doctor': await commandLine('doctor', '--dir', directory),
    'nest-migrations config': await commandLine('config', '--dir', directory),
    'nest-migrations wait': await commandLine('wait', '--dir', directory),
    'nest-migrations mark': await commandLine('mark', '001_a.sql', '--dir', directory),
    'nest-migrations unmark --dry-run': await commandLine('unmark', '001_a.sql', '--dry-run', '--dir', directory),
    'nest-migrations unlock --dry-run': await commandLine('unlock', '--dry-run', '--dir', directory),
    'nest-migrations baseline': await commandLine('baseline', '001', '--dir', directory),
    'nest-migrations import, refused': await refused('import', 'goose', '--dir', directory),
    'nest-migrations repair': await commandLine('repair', '--dir', directory),
    'nest-migrations accept': await commandLine('accept', '--dir', directory),
    'nest-migrations adopt, refused': await misused('adopt'),
    'nest-migrations provision, refused': await misused('provision', 'elm'),
    'nest-migrations deprovision, refused': await misused('deprovision', 'elm'),
    'nest-migrations fleet work, refused': await misused('fleet', 'work'),
    'nest-migrations fleet rollouts, refused': await misused('fleet', 'rollouts'),
    'nest-migrations fleet pause, refused': await misused('fleet', 'pause'),
    'nest-migrations fleet resume, refused': await misused('fleet', 'resume'),
    'nest-migrations fleet cancel, refused': await misused('fleet', 'cancel'),
    'nest-migrations resolve, refused': await refused('resolve', '001_a.sql', '--done', '--dir', directory),
  };
}
