import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { untilAborted } from '../../src/timing/abort.js';

const STOPPED = new Error('stopped');
const never = new Promise<never>(() => {});
const listenersOf = ({ signal }: AbortController): number => getEventListeners(signal, 'abort').length;

describe('work that a signal may abort', () => {
  test('returns its result, and removes its listener from the signal', async () => {
    const controller = new AbortController();
    const waiting = untilAborted(Promise.resolve('done'), controller.signal, () => ({ error: STOPPED }));
    expect(listenersOf(controller)).toBe(1);
    expect(await waiting).toBe('done');
    expect(listenersOf(controller)).toBe(0);
    controller.abort();
  });

  test('rejects with the error of the abort, although the work continues', async () => {
    const controller = new AbortController();
    const waiting = untilAborted(never, controller.signal, () => ({ error: STOPPED }));
    controller.abort();
    await expect(waiting).rejects.toBe(STOPPED);
    expect(listenersOf(controller)).toBe(0);
  });

  test('is awaited if the abort has no error', async () => {
    const controller = new AbortController();
    const late = new Promise<string>((resolve) => setImmediate(() => resolve('done')));
    const waiting = untilAborted(late, controller.signal, () => undefined);
    controller.abort();
    expect(await waiting).toBe('done');
  });

  test('rejects with the error of the work', async () => {
    const controller = new AbortController();
    const failing = untilAborted(Promise.reject(STOPPED), controller.signal, () => undefined);
    await expect(failing).rejects.toBe(STOPPED);
    expect(listenersOf(controller)).toBe(0);
  });

  test('does not need a signal', async () => {
    expect(await untilAborted(Promise.resolve(1), undefined, () => undefined)).toBe(1);
  });
});
