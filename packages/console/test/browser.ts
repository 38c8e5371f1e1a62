import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import chromiumPackage, { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import manifest from '../package.json' with { type: 'json' };

const ARGS = [
  // Tests may run as root, and in containers that allow no sandbox.
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--font-render-hinting=none',
  // In a bare container, the locale would be en-US@posix, which no real browser has.
  '--lang=en-US',
  '--accept-lang=en-US',
];

/** A headless Chromium from an npm package. It needs nothing from the system but Linux. */
export async function launch(): Promise<Browser> {
  const { executablePath, env } = await unpackedChromium();
  return chromium.launch({ executablePath, args: ARGS, env, chromiumSandbox: false });
}

interface Unpacked {
  readonly executablePath: string;
  /** Uses the package's libraries and fonts on a system that has none. */
  readonly env: Record<string, string>;
}

const LOCK_MS = 120_000;
const POLL_MS = 200;

/**
 * The package unpacks itself into the temporary folder and treats any content there as complete. So one of
 * several parallel tests unpacks, and the others wait.
 */
async function unpackedChromium(): Promise<Unpacked> {
  const version = manifest.devDependencies['@sparticuz/chromium'];
  const ready = join(tmpdir(), `greenvue-chromium-${version}.ready`);
  const lock = join(tmpdir(), 'greenvue-chromium.lock');
  while (!(await exists(ready))) {
    if (await takeLock(lock)) {
      try {
        await unpack();
        await writeFile(ready, '');
      } finally {
        await rm(lock, { recursive: true, force: true });
      }
    } else await delay(POLL_MS);
  }
  return { executablePath: join(tmpdir(), 'chromium'), env: environment() };
}

async function unpack(): Promise<void> {
  for (const name of ['chromium', 'fonts', 'al2023', 'libGLESv2.so']) {
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
  await chromiumPackage.executablePath();
  const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', 'bin');
  await inflate(join(bin, 'al2023.tar.br'));
  await pointToFonts(join(tmpdir(), 'fonts'));
}

/** The package's settings name /tmp. Without a font, a page has no text. */
async function pointToFonts(folder: string): Promise<void> {
  const settings = join(folder, 'fonts.conf');
  const text = await readFile(settings, 'utf8');
  await writeFile(settings, text.replaceAll('/tmp/fonts', folder));
}

function environment(): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const libraries = [process.env.LD_LIBRARY_PATH, join(tmpdir(), 'al2023', 'lib')];
  return {
    ...Object.fromEntries(inherited),
    LANG: 'en_US.UTF-8',
    LC_ALL: 'en_US.UTF-8',
    FONTCONFIG_PATH: process.env.FONTCONFIG_PATH ?? join(tmpdir(), 'fonts'),
    LD_LIBRARY_PATH: libraries.filter((path) => path !== undefined).join(':'),
  };
}

/** False if another process holds the lock. A killed process holds it for two minutes at most. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const age = await ageOf(lock);
    if (age > LOCK_MS) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
