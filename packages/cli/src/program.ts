/** What differs between the programs that have the commands of this package. */
export interface CliProgram {
  /** Name of the command, such as `greenvue-jobs`. */
  readonly name: string;
  readonly version: string;
  /** What serves the API, in messages: "Set the URL of …". */
  readonly server: string;
  /** Begins the names of its environment variables: `JOBS` for JOBS_URL. */
  readonly variables: string;
  /** The URL without --url and variable. */
  readonly defaultUrl: string;
  /** The path of the API below the URL, such as `/api`; empty if the URL is that of the API. */
  readonly apiPath: string;
  readonly advice: ServerAdvice;
  /** One line about the program, and the lines of its help. */
  readonly brief: string;
  readonly help: readonly string[];
}

/** What to do about failures, which depends on the server. Sentences, or lines of a command. */
export interface ServerAdvice {
  readonly noToken: readonly string[];
  /** The first line continues "The token is unknown, expired or revoked." */
  readonly badToken: readonly string[];
  readonly lowRole: string;
  /** Begins a sentence that ends with "or set the URL". */
  readonly start: string;
  readonly slow: string;
  /** A proxy says that the server does not answer. */
  readonly behindProxy: string;
}

/** The name of an environment variable of a program, such as JOBS_URL. */
export function variableOf({ variables }: Pick<CliProgram, 'variables'>, name: VariableName): string {
  return `${variables}_${name}`;
}

export type VariableName = 'URL' | 'TOKEN' | 'TOKEN_FILE' | 'HEADERS';
