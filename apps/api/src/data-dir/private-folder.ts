import { chmodSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start/start-error.ts';

/** Where a line for the person who starts GreenVue goes. */
export interface StartScreen {
  write(text: string): unknown;
}

const OTHERS = 0o077;
const STICKY = 0o1000;
/** One of these shows that a folder is GreenVue's. */
const DATABASE = /^(?:app|jobs|lock)\.db$/;
/** What GreenVue keeps in DATA_DIR: files, or folders that hold only its own files. */
const OWN =
  /^(?:(?:app|jobs|lock)\.db[a-z.-]*|lock\.pid|jwt-secret|secrets-key|admin-password|mov(?:ed|ing)-to-postgres|outbox|backups)$/;

/**
 * Takes the rights on DATA_DIR and on GreenVue's own files in it from everybody but their owner, and says so.
 * Looks at one level: a folder of mode 700 protects what it holds. Throws a {@link StartError} for a folder
 * that is not GreenVue's to change. Windows has no modes, so there it does nothing.
 */
export function makePrivate(dataDir: string, screen: StartScreen = process.stderr): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const folder = statSync(dataDir);
  const names = readdirSync(dataDir);
  if (isOpen(folder)) {
    refuseForeign(dataDir, { folder, names, user });
    screen.write(`${close(dataDir, folder)}\n`);
  }
  for (const name of names.filter((each) => OWN.test(each))) {
    const path = join(dataDir, name);
    // Never through a link: it could lead to a file that others need.
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry === undefined || !(entry.isFile() || entry.isDirectory())) continue;
    if (isOpen(entry) && entry.uid === user) chmodSync(path, entry.mode & 0o700);
  }
}

interface Opened {
  readonly folder: Stats;
  readonly names: readonly string[];
  readonly user: number;
}

/** A folder of somebody else, of all users, or of other programs: they may need its rights. */
function refuseForeign(dataDir: string, { folder, names, user }: Opened): void {
  const own = `set DATA_DIR to a new folder, which GreenVue creates, such as ${join(dataDir, 'greenvue')}`;
  const facts = `DATA_DIR ${dataDir} is open to other users (mode ${modeOf(folder)})`;
  if (folder.uid !== user) {
    throw new StartError(
      `${facts} and belongs to the user ${folder.uid}, while GreenVue runs as ${user}: ${own}, or give that folder to this user.`,
    );
  }
  const isShared =
    (folder.mode & STICKY) !== 0 || (names.length > 0 && !names.some((name) => DATABASE.test(name)));
  if (isShared) {
    throw new StartError(
      `${facts} and contains files of other programs: ${own}, or remove the rights of other users with chmod 700 ${dataDir}`,
    );
  }
}

function close(dataDir: string, { mode }: Stats): string {
  try {
    chmodSync(dataDir, mode & 0o700);
  } catch (error) {
    // FAT, for one, refuses what it can't keep; the line below says so.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
  }
  const after = statSync(dataDir);
  return isOpen(after)
    ? `DATA_DIR ${dataDir} is open to other users (mode ${modeOf(after)}) and its file system can't change that: move it to a file system that supports file modes.`
    : `DATA_DIR ${dataDir} was open to other users (mode ${modeOf({ mode })}). GreenVue has changed its mode to ${modeOf(after)}.`;
}

const isOpen = ({ mode }: Pick<Stats, 'mode'>): boolean => (mode & OTHERS) !== 0;
const modeOf = ({ mode }: Pick<Stats, 'mode'>): string => (mode & 0o7777).toString(8);
