import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { codeBlocksIn } from '../support/files/code-blocks.js';
import { run } from './commands.js';
import { installCommands } from './readme.js';

const DOCUMENT = new URL('../../docs/recipes/shared-pool.md', import.meta.url);

const PACKAGES = [
  '@nestjs/common@12',
  '@nestjs/core@12',
  'reflect-metadata@0.2',
  'rxjs@7',
  'typescript@6',
  '@types/node@24',
  '@types/pg@8',
  'drizzle-orm@0.45',
  'prisma@7',
  '@prisma/client@7',
  '@prisma/adapter-pg@7',
  'typeorm@1',
  '@nestjs/typeorm@12',
  'knex@3',
];

/** A program for each section of the recipe: boots what its code exports, queries with the other library, and prints the rows. */
const PROGRAMS: Readonly<Record<string, string>> = {
  Drizzle: `
    import { AppModule, Users } from './drizzle.js';
    await boot(AppModule, (app) => app.get(Users).add('ada@example.com'));`,
  Prisma: `
    import { Module } from '@nestjs/common';
    import { AppModule, DatabaseModule } from './drizzle.js';
    import { Database } from './prisma.js';
    @Module({ imports: [AppModule, DatabaseModule], providers: [Database] })
    class Root {}
    await boot(Root, async (app) => [await app.get(Database).user.create({ data: { email: 'ada@example.com' } })]);`,
  TypeORM: `
    import { DataSource } from 'typeorm';
    import { AppModule } from './typeorm.js';
    await boot(AppModule, (app) =>
      app.get(DataSource).query("INSERT INTO users (email) VALUES ('ada@example.com') RETURNING id::int, email"));`,
  Knex: `
    import type { Knex } from 'knex';
    import { DatabaseModule } from './knex.js';
    await boot(DatabaseModule, async (app) => {
      const knex = app.get<Knex>('KNEX');
      const rows = await knex('users').insert({ email: 'ada@example.com' }).returning(knex.raw('id::int, email'));
      await knex.destroy();
      return rows;
    });`,
};

const BOOT = `import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

export async function boot(module: Type, work: (app: INestApplicationContext) => Promise<unknown>): Promise<void> {
  const app = await NestFactory.createApplicationContext(module, { logger: ['error'] });
  app.enableShutdownHooks();
  console.log(JSON.stringify(await work(app)));
  await app.close();
}
`;

const SCHEMA = `generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}
datasource db {
  provider = "postgresql"
}
model User {
  id    Int    @id @default(autoincrement())
  email String
  @@map("users")
}
`;

const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "app", "private": true, "type": "module" }',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      emitDecoratorMetadata: true,
      experimentalDecorators: true,
      skipLibCheck: true,
      types: ['node'],
      rootDir: 'src',
      outDir: 'dist',
    },
    include: ['src'],
  }),
  'prisma/schema.prisma': SCHEMA,
  'prisma.config.ts': `import { defineConfig } from 'prisma/config';\nexport default defineConfig({ schema: 'prisma/schema.prisma' });\n`,
  'migrations/001_users.sql':
    'CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);',
  'src/boot.ts': BOOT,
};

/** Each section of the recipe compiles with the library that it is about, migrates, and queries. */
export async function sharesItsPool(
  folder: string,
  tarball: string,
  createDatabase: () => Promise<string>,
): Promise<void> {
  const sections = await codeBySection();
  assert.deepEqual([...sections.keys()].toSorted(), Object.keys(PROGRAMS).toSorted());
  const files = { ...FILES };
  for (const [name, code] of sections) {
    files[`src/${name.toLowerCase()}.ts`] = code;
    files[`src/${name.toLowerCase()}.main.ts`] = `import { boot } from './boot.js';\n${PROGRAMS[name]}\n`;
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const install = (await installCommands())[12].replace('nestjs-pg-migrations', tarball);
  await run(`${install} ${PACKAGES.join(' ')} --ignore-scripts --no-fund --loglevel=error`, folder);
  // Generating needs no engine, but Prisma would download one.
  await run('npx prisma generate', folder, { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' });
  await run('npx tsc', folder);
  for (const name of sections.keys()) {
    const printed = await run(`node dist/${name.toLowerCase()}.main.js`, folder, {
      DATABASE_URL: await createDatabase(),
    });
    assert.deepEqual(JSON.parse(printed), [{ id: 1, email: 'ada@example.com' }], name);
  }
}

/** The TypeScript of each section, by its heading. */
async function codeBySection(): Promise<Map<string, string>> {
  const [, ...sections] = (await readFile(DOCUMENT, 'utf8')).split(/^## /m);
  return new Map(
    sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      codeBlocksIn(section)
        .filter(({ language }) => language === 'ts')
        .map(({ code }) => code)
        .join('\n'),
    ]),
  );
}
