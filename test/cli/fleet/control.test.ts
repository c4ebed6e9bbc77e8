import { describe, expect, test } from '@jest/globals';
import { until } from '../../support/jest/until.js';
import { objectOf } from '../command-line.js';
import { useWorkers, WAITING } from './workers.js';

const { type, write, open, begin, startWorker, waiting } = useWorkers('cli_fleet_control');

interface Shown {
  readonly rollouts: readonly { readonly rolloutId: string; readonly state: string; readonly tenants: number }[];
}

const shown = async (): Promise<Shown['rollouts']> =>
  (objectOf(await type('fleet', 'rollouts', '--json')) as Shown).rollouts;

describe('the rollouts of all processes', () => {
  test('are shown, paused, continued and cancelled from any process', async () => {
    await open('elm', 'oak');
    await write(WAITING);
    const none = { code: 1, stdout: '', stderr: 'error: no rollout is running\n' };
    for (const command of ['pause', 'resume', 'cancel']) expect(await type('fleet', command)).toMatchObject(none);
    const nowhere = 'No rollout is running: the queue does not exist yet. The first rollout or worker creates it\n';
    expect(await type('fleet', 'rollouts')).toMatchObject({ code: 0, stdout: nowhere });
    const worker = await startWorker();
    expect(await type('fleet', 'rollouts')).toMatchObject({ code: 0, stdout: 'No rollout is running\n' });
    const rollout = begin('migrate', '--all');
    await until(async () => (await waiting()) === 2 && (await shown())[0]?.tenants === 2);
    const [{ rolloutId } = { rolloutId: '' }] = await shown();
    const { stdout } = await type('fleet', 'rollouts');
    expect(stdout).toMatch(new RegExp(`│ ${rolloutId} │ running │ 0 of 2 done +│ 0 +│ \\d{4}-`));

    const paused = await type('fleet', 'pause');
    expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining(`Paused rollout ${rolloutId}: `) });
    expect(paused.stdout).toContain(`\`nest-migrations fleet resume ${rolloutId}\``);
    expect(await shown()).toMatchObject([{ rolloutId, state: 'paused' }]);
    await until(() => rollout.output().stdout.includes('\nThe rollout is paused: '));
    expect(objectOf(await type('fleet', 'resume', rolloutId.slice(0, 8), '--json'))).toEqual({
      rolloutId,
      command: 'resume',
    });
    expect(await shown()).toMatchObject([{ state: 'running' }]);
    await until(() => rollout.output().stdout.includes('\nThe rollout continues\n'));

    const unknown = { code: 1, stderr: 'error: no rollout x is running\n' };
    expect(await type('fleet', 'cancel', 'x')).toMatchObject(unknown);
    expect(await type('fleet', 'cancel')).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout: report } = await rollout.ended;
    expect({ code, report }).toEqual({
      code: 1,
      report: expect.stringContaining('The rollout stopped: it was cancelled. Tenants: 2 interrupted'),
    });
    expect(report.match(/The rollout (is paused|continues)/g)).toHaveLength(2);
    expect(await shown()).toEqual([]);
    worker.kill('SIGTERM');
    await worker.ended;
  });

  test('are chosen by ID if there are several', async () => {
    await open('elm', 'oak');
    await write(WAITING);
    const rollouts = ['elm', 'oak'].map((tenant) => begin('migrate', '--tenant', tenant));
    await until(async () => (await shown()).length === 2);
    const { code, stderr } = await type('fleet', 'cancel');
    const ids = (await shown()).map(({ rolloutId }) => rolloutId);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: 2 rollouts are running; choose one by its ID:\n  ${ids.join('\n  ')}\n`,
    });
    for (const id of ids) expect((await type('fleet', 'cancel', id)).code).toBe(0);
    expect((await Promise.all(rollouts.map(({ ended }) => ended))).map(({ code: each }) => each)).toEqual([1, 1]);
  });
});

describe('fleet', () => {
  test.each<[string[], string]>([
    [['fleet', 'wrok'], "error: unknown command 'wrok'\n(Did you mean work?)\n"],
    [['flete', 'work'], "error: unknown command 'flete'\n(Did you mean fleet?)\n"],
    [['rollouts'], "error: unknown command 'rollouts'\n(Did you mean fleet rollouts?)\n"],
    [['fleet', 'work', '--retry', '3'], "error: unknown option '--retry'\n(Did you mean --connect-retry?)\n"],
    [
      ['fleet', 'pause', '--all'],
      "error: unknown option '--all'\nRollouts are chosen by ID, not by tenant; fleet rollouts lists the IDs.\n",
    ],
    [
      ['provision', '--tenant', 'elm'],
      "error: unknown option '--tenant'\nprovision works on one tenant: give its name without a flag.\n",
    ],
    [['fleet', 'cancel', ''], 'error: the ID of the rollout is empty\n'],
    [['fleet', 'work', '--lokc', 'off'], "error: unknown option '--lokc'\n(Did you mean --lock?)\n"],
  ])('suggests what %j may mean', async (words, stderr) => {
    expect(await type(...words)).toMatchObject({ code: 2, stdout: '', stderr });
  });

  test('alone shows its commands, and each of them has help', async () => {
    const alone = await type('fleet');
    expect(alone.code).toBe(2);
    for (const name of ['work', 'rollouts', 'pause', 'resume', 'cancel']) {
      expect(alone.stderr).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
      const { code, stdout } = await type('fleet', name, '--help');
      expect({ code, usage: stdout.split('\n')[0] }).toMatchObject({
        code: 0,
        usage: expect.stringMatching(new RegExp(`^Usage: nest-migrations fleet ${name} \\[options\\]`)),
      });
      expect(stdout).toContain('--database-url <url>');
    }
  });
});
