import type { WriteStream } from 'node:tty';

/** Styles of a text on a terminal. */
export type Style = 'green' | 'yellow' | 'dim';

/** Output for people who watch it: lines, and below them a text that changes. */
export interface LiveOutput {
  readonly print: (text: string, style?: Style) => void;
  /** Removes the text that changes. What is printed afterwards stays where it is. */
  readonly close: () => void;
}

/** More often than this, nobody can read it. */
const REFRESH_MS = 100;

/** True if people watch a stream. Logs of pipelines have no cursor, even where they imitate a terminal. */
export function isWatched(
  stream: Pick<WriteStream, 'isTTY' | 'columns'>,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const isPipeline = !['', '0', 'false'].includes(env.CI ?? '');
  return stream.isTTY && stream.columns > 0 && !isPipeline && env.TERM !== 'dumb';
}

/** Opens a live output on a terminal. @param textNow the text that changes; undefined for none */
export async function openLiveOutput(stream: WriteStream, textNow: () => string | undefined): Promise<LiveOutput> {
  const [{ createLogUpdate }, { styleText }] = await Promise.all([import('log-update'), import('node:util')]);
  // A hidden cursor would need a signal handler to bring it back, and signals are ours.
  const live = createLogUpdate(stream, { showCursor: true });
  const styled = (style: Style, text: string): string =>
    stream.hasColors() ? styleText(style, text, { validateStream: false }) : text;
  const refresh = (): void => {
    const text = textNow();
    if (text === undefined) live.clear();
    else live(styled('dim', text));
  };
  const timer = setInterval(refresh, REFRESH_MS).unref();
  return {
    print: (text, style) => {
      live.clear();
      stream.write(`${style === undefined ? text : styled(style, text)}\n`);
    },
    close: () => {
      clearInterval(timer);
      live.clear();
    },
  };
}
