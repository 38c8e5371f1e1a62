import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Argon2id's cost: memory in KiB, passes over it, lanes. */
export interface PasswordCost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** Above OWASP's minimum for Argon2id (19 MiB, 2 passes, 1 lane): 32 MiB, 3 passes. */
export const PASSWORD_COST: PasswordCost = { memory: 32_768, passes: 3, parallelism: 1 };

/** Makes and checks password hashes, off the event loop. */
export interface PasswordHasher {
  /** A PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password made that hash. Without a hash (there is no such account) it does the same work and
   * says no, so that the time of an answer doesn't tell whether an account exists.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** True when the hash was made at another cost, and should be made again at the next login. */
  isOutdated(hash: string): boolean;
}

/** Thrown when the queue of passwords to hash is full: another one would wait for seconds. */
export class HasherBusyError extends Error {
  override readonly name = 'HasherBusyError';
  readonly code = 'too_busy';
}

// Argon2 runs on libuv's four threads, which files and name lookups need as well: logins get two of them at
// most.
const AT_ONCE = 2;
const MAX_WAITING = 40;
const TAG_BYTES = 32;

/** A hasher of that cost. */
export function createPasswordHasher(cost: PasswordCost = PASSWORD_COST): PasswordHasher {
  const enter = createGate();
  const derive = (password: string, salt: Buffer, at: PasswordCost, tagLength: number): Promise<Buffer> =>
    enter(() =>
      promisify(argon2)('argon2id', {
        // The same password typed on another keyboard may be composed otherwise (NIST SP 800-63B).
        message: password.normalize('NFKC'),
        nonce: salt,
        tagLength,
        ...at,
      }),
    );
  return {
    hash: async (password) => {
      const salt = randomBytes(16);
      return encode(cost, salt, await derive(password, salt, cost, TAG_BYTES));
    },
    verify: async (password, hash) => {
      const known = hash === undefined ? undefined : decode(hash);
      const { cost: at, salt, tag } = known ?? { cost, salt: Buffer.alloc(16), tag: Buffer.alloc(TAG_BYTES) };
      const derived = await derive(password, salt, at, tag.length);
      return timingSafeEqual(derived, tag) && known !== undefined;
    },
    isOutdated: (hash) => {
      const at = decode(hash).cost;
      return at.memory !== cost.memory || at.passes !== cost.passes || at.parallelism !== cost.parallelism;
    },
  };
}

function createGate(): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING) throw new HasherBusyError('Too many logins at once');
      // The one that leaves hands its place over, so `running` stays as it is.
      await new Promise<void>((resume) => waiting.push(resume));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

function encode(cost: PasswordCost, salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(tag)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function decode(hash: string): { cost: PasswordCost; salt: Buffer; tag: Buffer } {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(hash) ?? [];
  if (salt === undefined || tag === undefined)
    throw new Error('A stored password hash is not Argon2id in PHC format');
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}
