import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from '@stricli/core';
import { CliError } from './exit-code.ts';
import type { CliProgram } from './program.ts';
import { printable } from './terminal/printable.ts';

/** The messages of a program for Stricli, without stacks. */
export function applicationText({ name }: CliProgram): ApplicationText {
  const wordsOf = (error: unknown) => messageOf(error, name);
  return {
    ...text_en,
    briefs: {
      ...text_en.briefs,
      help: 'Show this help',
      version: 'Show the version',
    },
    noCommandRegisteredForInput: ({ input, corrections }) => {
      if (input.startsWith('-')) {
        return `${printable(input)} must come after the command, such as ${name} jobs list --json`;
      }
      const guess = corrections.length === 0 ? '' : ` Did you mean ${corrections.join(' or ')}?`;
      return `There is no command ${printable(input)}.${guess}`;
    },
    exceptionWhileParsingArguments: (error) =>
      error instanceof ArgumentScannerError ? scannerWords(error, name) : wordsOf(error),
    exceptionWhileLoadingCommandFunction: wordsOf,
    exceptionWhileLoadingCommandContext: wordsOf,
    exceptionWhileRunningCommand: (error, ansiColor) => firstLineApart(wordsOf(error), ansiColor),
    exceptionWhileRunningIntegrationHook: ({ exception }) => wordsOf(exception),
    exceptionWhileRunningIntegrationFlag: ({ exception }) => wordsOf(exception),
    commandErrorResult: (error, ansiColor) => firstLineApart(wordsOf(error), ansiColor),
  };
}

/** The message of any error. */
function messageOf(error: unknown, name: string): string {
  if (error instanceof CliError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `${name} failed unexpectedly: ${printable(message)}`;
}

/** Ends Stricli's bold red after the first line: the advice that follows has no style. */
function firstLineApart(text: string, ansiColor: boolean): string {
  const [first = '', ...rest] = text.split('\n');
  if (rest.length === 0 || !ansiColor) return text;
  return [`${first}\u001b[39m\u001b[22m`, ...rest].join('\n');
}

/** `backoffMax` is `backoff-max` in the help. Both are accepted. */
function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function scannerWords(error: ArgumentScannerError, name: string): string {
  return formatMessageForArgumentScannerError(error, {
    FlagNotFoundError: ({ input, corrections }) => {
      const guess = corrections.map((name) => `--${kebabCase(name)}`).join(' or ');
      return `There is no flag --${printable(input)}.${guess === '' ? '' : ` Did you mean ${guess}?`}`;
    },
    AliasNotFoundError: ({ input }) => `There is no flag -${printable(input)}.`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, input, exception }) =>
      exception instanceof CliError
        ? exception.message
        : `--${name} "${shortened(input)}" ${printable(exception instanceof Error ? exception.message : String(exception))}.`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `--${externalFlagName} "${shortened(input)}" must be one of ${values.join(', ')}.`,
    UnsatisfiedFlagError: ({ externalFlagName, nextFlagName }) =>
      `--${externalFlagName} needs a value${nextFlagName === undefined ? '' : `, but --${nextFlagName} follows: write --${externalFlagName}=… for a value that begins with a dash`}.`,
    UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} is given twice. Give it once.`,
    UnexpectedPositionalError: ({ input }) =>
      `"${shortened(input)}" is one argument too many. Put a text with spaces in quotes.`,
    UnsatisfiedPositionalError: ({ placeholder }) => missingText(placeholder, name),
    InvalidNegatedFlagSyntaxError: ({ externalFlagName }) => `--${externalFlagName} takes no value.`,
  });
}

/** What to give where an argument is missing, and a command that lists such values. */
function missingText(placeholder: string, name: string): string {
  if (placeholder === 'run')
    return `Give the id of a run: ${name} runs show <id>. To find it: ${name} runs list`;
  if (placeholder === 'id')
    return `Give the id of a job: ${name} jobs show <id>. To find it: ${name} jobs list`;
  return `The ${placeholder} is missing.`;
}

const LONGEST = 100;

function shortened(input: string): string {
  return printable(input.length > LONGEST ? `${input.slice(0, LONGEST)}…` : input);
}
