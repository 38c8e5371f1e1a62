import { type CliProgram, type VariableName, variableOf } from './program.ts';

/** The variables of a program, not validated. Flags take precedence. An empty one is undefined. */
export type Settings = Readonly<Record<VariableName, string | undefined>>;

export function loadSettings(program: CliProgram): Settings {
  return parseSettings(process.env, program);
}

export function parseSettings(
  env: Readonly<Record<string, string | undefined>>,
  program: CliProgram,
): Settings {
  const read = (name: VariableName) => env[variableOf(program, name)]?.trim() || undefined;
  return {
    URL: read('URL'),
    TOKEN: read('TOKEN'),
    TOKEN_FILE: read('TOKEN_FILE'),
    HEADERS: read('HEADERS'),
  };
}
