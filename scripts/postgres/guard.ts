import { spawn } from 'node:child_process';

/** A user that a command runs as; absent: the current one. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface GuardedProcess {
  readonly pid: number;
  /** Comes true when the process has ended; 128 + n stands for signal n. */
  readonly exited: Promise<number>;
  /** Undefined while the process runs. */
  readonly exitCode: number | undefined;
}

export interface GuardedCommand {
  /** Where the command runs and writes `log`; removed when this process dies. */
  readonly folder: string;
  /** Removed with it when this process dies. */
  readonly dataFolder?: string | undefined;
  readonly command: readonly string[];
  readonly owner: Owner | undefined;
}

/**
 * Runs a command that can't outlive this process, not even when it is killed: a shell holds the other end of
 * a pipe, and its closing makes it end the command with SIGQUIT and remove the folders. The command may end
 * before; then they stay. The shell has a session of its own, so that Ctrl-C in a terminal doesn't end it
 * first.
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

// SIGQUIT is repeated: PostgreSQL, started in the background, ignores it until it has handlers of its own.
// SIGCONT is for a process that somebody froze.
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
