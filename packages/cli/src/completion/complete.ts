import { type Application, type InputCompletion, proposeCompletions } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { isUnsafe } from '../terminal/printable.ts';
import { isShell, type Shell } from './shells.ts';

/** Prints the completions of the last word, one per line, in the format of the shell. */
export async function complete(
  application: Application<CliContext>,
  context: CliContext,
  [shell = '', ...words]: readonly string[],
): Promise<void> {
  if (!isShell(shell)) return;
  const proposals = await proposeCompletions(application, words, context);
  for (const proposal of proposals.filter(isOneWord)) context.out.line(lineOf(shell, proposal));
}

/** Whether a completion is safe: shells and terminals interpret some characters. */
function isOneWord({ completion }: InputCompletion): boolean {
  return /^[^\s'"`$\\;&|<>(){}]+$/.test(completion) && !isUnsafe(completion);
}

function lineOf(shell: Shell, { completion, brief }: InputCompletion): string {
  switch (shell) {
    case 'bash':
      return completion;
    case 'zsh':
      return `${completion.replaceAll(':', '\\:')}:${brief}`;
    case 'fish':
      return `${completion}\t${brief}`;
    default:
      return shell satisfies never;
  }
}
