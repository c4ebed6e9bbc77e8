import { describe, expect, test } from '@jest/globals';
import { changedFiles, newProject, run, type Files } from './project.js';
import { PLAIN_HEALTH_CONTROLLER } from './plain-health-controller.js';

const FIRST = /^src\/migrations\/\d{14}_first\.sql$/;

const jsonOf = (files: Files, file: string): Record<string, unknown> =>
  JSON.parse(files[file] ?? '') as Record<string, unknown>;

describe('nest add', () => {
  test('sets up a new project', async () => {
    const before = await newProject();
    const { files, printed, installs } = await run(before, 'nest-add', { sourceRoot: 'src' });
    expect(changedFiles(before, files)).toEqual([
      'nest-cli.json',
      'package.json',
      'src/app.module.ts',
      expect.stringMatching(FIRST),
    ]);
    expect(files['src/app.module.ts']).toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { AppService } from './app.service.js';
import { MigrationsModule } from 'nestjs-pg-migrations';

@Module({
  imports: [
    MigrationsModule.forRoot({
      connectionString: process.env.DATABASE_URL,
      directory: \`\${import.meta.dirname}/migrations\`,
    }),
  ],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`);
    expect(jsonOf(files, 'nest-cli.json')).toMatchObject({
      compilerOptions: { assets: [{ include: 'migrations/**/*.sql', watchAssets: true }] },
    });
    expect(jsonOf(files, 'package.json')).toMatchObject({
      'nest-migrations': { directory: 'src/migrations' },
      scripts: { start: 'nest start', migrate: 'nest-migrations migrate' },
      dependencies: { '@nestjs/schedule': '^12.0.0', '@nestjs/terminus': '^12.0.0', pg: '^8.11.0' },
    });
    expect(printed).toBe('');
    expect(installs).toEqual(['npm']);
  });

  test('changes nothing when it runs again', async () => {
    const project = await newProject();
    const file = 'src/health/health.controller.ts';
    const first = await run({ ...project, [file]: PLAIN_HEALTH_CONTROLLER }, 'nest-add');
    expect(first.files[file]).toContain("() => this.migrationsHealth.check('migrations')");
    const second = await run(first.files, 'nest-add');
    expect(second.files).toEqual(first.files);
    expect(second.printed).toBe('');
    expect(second.installs).toEqual([]);
  });

  test('writes the code that CommonJS and NestJS 11 need', async () => {
    const project = await newProject('cjs');
    const manifest = project['package.json']?.replaceAll('"^12.', '"^11.') ?? '';
    const { files, installs } = await run({ ...project, 'package.json': manifest, 'pnpm-lock.yaml': '' }, 'nest-add');
    expect(files['src/app.module.ts']).toContain('directory: `${__dirname}/migrations`');
    const { dependencies } = jsonOf(files, 'package.json');
    expect(dependencies).toMatchObject({ '@nestjs/schedule': '^6.0.0', '@nestjs/terminus': '^11.0.0' });
    expect(installs).toEqual(['pnpm']);
  });

  test('keeps migrations where they are', async () => {
    const project = await newProject();
    const { files } = await run({ ...project, 'migrations/001_users.sql': 'CREATE TABLE users ();' }, 'nest-add');
    expect(files['src/app.module.ts']).toContain("directory: 'migrations'");
    expect(Object.keys(files).filter((file) => file.endsWith('.sql'))).toEqual(['migrations/001_users.sql']);
    expect(jsonOf(files, 'nest-cli.json')).toEqual(jsonOf(project, 'nest-cli.json'));
    expect(jsonOf(files, 'package.json')).not.toHaveProperty('nest-migrations');
  });

  test('keeps scripts and packages of the project', async () => {
    const project = await newProject();
    const manifest = jsonOf(project, 'package.json');
    manifest['scripts'] = { migrate: 'own' };
    manifest['dependencies'] = { '@nestjs/core': '^12.0.0', pg: '8.20.0' };
    const { files } = await run({ ...project, 'package.json': JSON.stringify(manifest) }, 'nest-add');
    expect(jsonOf(files, 'package.json')).toMatchObject({
      scripts: { migrate: 'own' },
      dependencies: { pg: '8.20.0' },
    });
  });

  test('changes only the requested project of a monorepo', async () => {
    const project = await newProject();
    const settings = { sourceRoot: 'src', projects: { api: { sourceRoot: 'apps/api/src' } } };
    const monorepo = {
      ...project,
      'apps/api/src/main.ts': "import { ApiModule } from './api.module';\nawait NestFactory.create(ApiModule);\n",
      'apps/api/src/api.module.ts': '@Module({})\nexport class ApiModule {}\n',
      'nest-cli.json': JSON.stringify(settings),
    };
    const { files } = await run(monorepo, 'nest-add', { sourceRoot: 'apps/api/src' });
    expect(jsonOf(files, 'nest-cli.json')).toEqual({
      sourceRoot: 'src',
      projects: {
        api: {
          sourceRoot: 'apps/api/src',
          compilerOptions: { assets: [{ include: 'migrations/**/*.sql', watchAssets: true }] },
        },
      },
    });
    expect(files['apps/api/src/api.module.ts']).toContain('MigrationsModule.forRoot');
    expect(files['src/app.module.ts']).not.toContain('MigrationsModule');
  });

  test('prints the lines to add if it cannot add them itself', async () => {
    const project = await newProject();
    const module = `@Module(metadata)\nexport class AppModule {}\n`;
    const health = `import { HealthCheckService } from '@nestjs/terminus';\n@Controller()\nclass A { x = inject().check([]); }\n`;
    const unusual = {
      ...project,
      'src/app.module.ts': module,
      'src/health.controller.ts': health,
      'nest-cli.json': '{ "sourceRoot": "src" } // ours',
    };
    const { files, printed } = await run(unusual, 'nest-add');
    expect(changedFiles(unusual, files)).toEqual(['package.json', expect.stringMatching(FIRST)]);
    expect(printed).toContain(`src/app.module.ts cannot be changed automatically. Add to it:

import { MigrationsModule } from 'nestjs-pg-migrations';

imports: [MigrationsModule.forRoot({
  connectionString: process.env.DATABASE_URL,
  directory: \`\${import.meta.dirname}/migrations\`,
})]`);
    expect(printed).toContain("() => this.migrationsHealth.check('migrations'),");
    expect(printed).toContain('"assets": [{"include":"migrations/**/*.sql","watchAssets":true}]');
  });

  test('leaves the options to a configuration file that is a program', async () => {
    const project = await newProject();
    const { files, printed } = await run({ ...project, 'migrations.config.ts': 'export default {};' }, 'nest-add');
    expect(printed).toContain('migrations.config.ts contains the options for migrations');
    expect(Object.keys(files).filter((file) => file.endsWith('.sql'))).toEqual([]);
    expect(jsonOf(files, 'package.json')).not.toHaveProperty('nest-migrations');
  });
});
