import { spawn } from 'node:child_process';

/** A user that a command runs as; absent: the current one. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface GuardedProcess {
  readonly pid: number;
  /** Resolves when the process has ended, with its exit code or 128 + the signal's number. */
  readonly exited: Promise<number>;
  /** Undefined while the process runs. */
  readonly exitCode: number | undefined;
}

export interface GuardedCommand {
  /** The folder in which the command runs and writes `log`. Removed when this process dies. */
  readonly folder: string;
  /** Also removed when this process dies. */
  readonly dataFolder?: string | undefined;
  readonly command: readonly string[];
  readonly owner: Owner | undefined;
}

/**
 * Runs a command that ends with this process, even if that is killed: a shell holds the other end of a pipe;
 * when it closes, the shell sends SIGQUIT and removes the folders. Its own session keeps Ctrl-C from ending
 * it first.
 */
export async function startGuarded(options: GuardedCommand): Promise<GuardedProcess> {
  const { folder, dataFolder = folder, command, owner } = options;
  const guard = spawn('sh', ['-c', GUARD, 'postgres-guard', folder, dataFolder, ...command], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    ...owner,
  });
  let exitCode: number | undefined;
  const exited = new Promise<number>((resolve) => {
    guard.once('exit', (code) => {
      exitCode = code ?? 1;
      resolve(exitCode);
    });
  });
  const pid = await new Promise<number>((resolve, reject) => {
    guard.once('error', reject);
    guard.once('close', () => reject(new Error('The guard ended before it started the command.')));
    guard.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk)));
  });
  return {
    pid,
    exited,
    get exitCode() {
      return exitCode;
    },
  };
}

// SIGQUIT is repeated, because a starting PostgreSQL ignores it until it has handlers. SIGCONT continues a
// process that a test froze.
const GUARD = `
folder=$1; data=$2; shift 2
exec 3<&0
"$@" 3<&- >>"$folder/log" 2>&1 &
command=$!
(
  read -r _ <&3
  trap '' TERM
  while kill -QUIT "$command"; do kill -CONT "$command"; sleep 0.1; done
) &
watcher=$!
echo "$command"
wait "$command"
code=$?
kill "$watcher"
wait "$watcher" && rm -rf "$data" "$folder"
exit "$code"
`;
