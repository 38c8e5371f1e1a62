import type { Comparison } from './compare-databases.ts';

export interface Restored {
  readonly dataDir: string;
  readonly backup: string;
  readonly takenAt: string | undefined;
  /** The folder of the replaced databases; undefined if there were none. */
  readonly kept: string | undefined;
  /** The replaced databases were of another installation. */
  readonly isOther: boolean;
  /** `unknown`: the replaced databases could not be read. */
  readonly changes: Comparison | 'unknown';
  /** Secrets that a backup does not contain, and that DATA_DIR does not have. */
  readonly missingSecrets: readonly string[];
}

/** Says what a restore has done and what follows from it. */
export function restoredGuide(restored: Restored): string {
  const { dataDir, backup, takenAt, kept, isOther, changes, missingSecrets } = restored;
  const instant = takenAt === undefined ? 'an unknown instant: it has no backup.json' : takenAt;
  return [
    `Restored ${backup} to DATA_DIR ${dataDir}.`,
    `  Instant      ${instant}`,
    kept === undefined
      ? '  Replaced     nothing: there were no databases'
      : `  Replaced     kept in ${kept}. To undo this restore: greenvue restore ${kept}${isOther ? ' --replace-other' : ''}`,
    ...(changes === 'unknown'
      ? ['  Lost         everything acknowledged since that instant']
      : linesOf(changes)),
    ...missingSecrets.map((line) => `  Missing      ${line}`),
    'Start the server now. Each job catches up with its slots since that instant, as after downtime.',
  ].join('\n');
}

function linesOf({ lost, repeated, valid }: Comparison): readonly string[] {
  return [
    `  Lost         ${listOf(lost)}`,
    `  Repeated     ${listOf(repeated)}`,
    `  Valid again  ${listOf(valid)}`,
  ];
}

const listOf = (items: readonly string[]): string => (items.length === 0 ? 'nothing' : items.join(', '));
