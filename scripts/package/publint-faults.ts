import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** What publint finds wrong with a built package, a text each. */
export async function publintFaults(built: string): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pkgDir: built, pack: false });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}
