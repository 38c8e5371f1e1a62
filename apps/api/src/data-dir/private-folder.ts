import { chmodSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start/start-error.ts';

/** The output for the person who starts GreenVue. */
export interface StartScreen {
  write(text: string): unknown;
}

const OTHERS = 0o077;
const STICKY = 0o1000;
/** A folder with one of these files belongs to GreenVue. */
const DATABASE = /^(?:app|jobs|lock)\.db$/;
/** The files and folders of GreenVue in DATA_DIR. */
const OWN =
  /^(?:(?:app|jobs|lock)\.db[a-z.-]*|lock\.pid|jwt-secret|secrets-key|admin-password|mov(?:ed|ing)-to-postgres|outbox|backups|restoring|replaced)$/;

/**
 * Removes the permissions of other users from DATA_DIR and from GreenVue's own files in it, and prints a line
 * about it. Only at the top level: a folder of mode 700 protects its contents. Throws a {@link StartError}
 * for a folder that GreenVue must not change. Does nothing on Windows, which has no modes.
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
    // Never through a link, which could point to a file of others.
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

/** Throws for a folder of another user or of other programs, which may need the permissions. */
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
    // File systems without modes, such as FAT, refuse it; the line below reports that.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
  }
  const after = statSync(dataDir);
  return isOpen(after)
    ? `DATA_DIR ${dataDir} is open to other users (mode ${modeOf(after)}) and its file system can't change that: move it to a file system that supports file modes.`
    : `DATA_DIR ${dataDir} was open to other users (mode ${modeOf({ mode })}). GreenVue has changed its mode to ${modeOf(after)}.`;
}

const isOpen = ({ mode }: Pick<Stats, 'mode'>): boolean => (mode & OTHERS) !== 0;
const modeOf = ({ mode }: Pick<Stats, 'mode'>): string => (mode & 0o7777).toString(8);
