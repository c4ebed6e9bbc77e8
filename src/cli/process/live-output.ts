import type { WriteStream } from 'node:tty';

/** Styles of a text on a terminal. */
export type Style = 'green' | 'yellow' | 'dim';

/** Output for a terminal: lines, and below them a text that is updated in place. */
export interface LiveOutput {
  readonly print: (text: string, style?: Style) => void;
  /** Removes the updated text. Whatever is printed afterwards stays in place. */
  readonly close: () => void;
}

/** Faster updates would be unreadable. */
const REFRESH_MS = 100;

/** True if a person watches the stream. Pipeline logs have no cursor, even if they imitate a terminal. */
export function isWatched(
  stream: Pick<WriteStream, 'isTTY' | 'columns'>,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const isPipeline = !['', '0', 'false'].includes(env.CI ?? '');
  return stream.isTTY && stream.columns > 0 && !isPipeline && env.TERM !== 'dumb';
}

/** Opens a live output on a terminal. @param textNow returns the text to update; undefined for none */
export async function openLiveOutput(stream: WriteStream, textNow: () => string | undefined): Promise<LiveOutput> {
  const [{ createLogUpdate }, { styleText }] = await Promise.all([import('log-update'), import('node:util')]);
  // Hiding the cursor would require a signal handler to restore it, and we handle signals ourselves.
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
