import { afterEach, describe, expect, test } from '@jest/globals';
import { Server } from '../../src/testing/server.js';
import { serverSource, type ServerSource } from '../../src/testing/server-source.js';
import { query, serverUrl, withClient } from '../support/database/database.js';
import { tempDirectory } from '../support/files/temp-directory.js';

const project = process.cwd();

afterEach(() => process.chdir(project));

const answerOf = (url: string): Promise<unknown> => query('SELECT 42 AS answer', url);

/** A source whose first answers are these; afterwards, it is the server of this run. */
function failing(...answers: (() => Promise<string>)[]): ServerSource & { readonly released: () => number } {
  let released = 0;
  return {
    acquire: () => (answers.shift() ?? (async () => serverUrl()))(),
    release: async () => void released++,
    released: () => released,
  };
}

describe('the embedded server', () => {
  const source = serverSource(undefined);

  test('is not the one that is being removed, for whoever comes at that moment', async () => {
    await source.acquire();
    const [, url] = await Promise.all([source.release(), source.acquire()]);
    expect(await answerOf(url)).toEqual([{ answer: 42 }]);
    await source.release();
    await expect(answerOf(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('lets in only who knows its password', async () => {
    const url = new URL(await source.acquire());
    expect(await answerOf(url.href)).toEqual([{ answer: 42 }]);
    url.password = 'another';
    await expect(answerOf(url.href)).rejects.toMatchObject({ code: '28P01' });
    await source.release();
  });

  test('is started after a start that failed, and stops with its last user', async () => {
    process.chdir(await tempDirectory()); // a project without binaries
    const failed = await Promise.allSettled([source.acquire(), source.acquire()]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    process.chdir(project);
    const [url] = await Promise.all([source.acquire(), source.acquire()]);
    await source.release();
    expect(await answerOf(url)).toEqual([{ answer: 42 }]);
    await source.release();
    await expect(answerOf(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the connection to a server', () => {
  test('is tried again after the server did not start, and gives back only what it got', async () => {
    const source = failing(() => Promise.reject(new Error('no memory')));
    const server = new Server(source);
    await expect(server.query('SELECT 1')).rejects.toThrow('no memory');
    await server.close();
    expect(source.released()).toBe(0);
    expect(await server.query('SELECT 42 AS answer')).toEqual([{ answer: 42 }]);
    await server.close();
    await server.close();
    expect(source.released()).toBe(1);
  });

  test('is tried again after the server refused it', async () => {
    const url = new URL(serverUrl());
    url.pathname = `/refused_${process.pid}`;
    const server = new Server(failing(async () => url.href));
    await expect(server.query('SELECT 1')).rejects.toMatchObject({ code: '3D000' });
    await withClient(serverUrl(), (client) => client.query(`CREATE DATABASE refused_${process.pid}`));
    expect(await server.query('SELECT 42 AS answer')).toEqual([{ answer: 42 }]);
    await server.close();
    await withClient(serverUrl(), (client) => client.query(`DROP DATABASE refused_${process.pid}`));
  });
});
