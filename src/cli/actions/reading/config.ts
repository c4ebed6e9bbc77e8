import { listSettings, settingsToText } from '../../configuration/list-settings.js';
import { fileSettingsFrom } from '../../configuration/settings.js';
import { EXIT } from '../../process/exit-codes.js';
import type { RunFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';

/** Shows the effective options, and the source of each value. */
export const config: Action<RunFlags> = async (flags, { out }) => {
  const { options, layers } = await fileSettingsFrom({ ...flags, verbose: false });
  const settings = listSettings(options, layers);
  out(flags.json ? jsonText({ settings }) : settingsToText(settings));
  return EXIT.ok;
};
