export interface Verdict {
  readonly text: string;
  readonly isMet: boolean;
}

/** The text of a verdict that is not met says what was found. */
export function verdict(text: string, isMet: boolean, found: string): Verdict {
  return { text: isMet ? text : `${text}: ${found}`, isMet };
}
