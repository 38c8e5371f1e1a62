import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { Build } from './build.ts';
import { type FromNode, type NodeInput, START_FAILED, type ToNode } from './messages.ts';

export interface NodeOptions {
  readonly name: string;
  readonly logFolder: string;
  heard(life: string, message: FromNode): void;
  /** A process ended and the test had not asked it to. */
  crashed(life: string, code: string): void;
}

export interface LifeOptions {
  readonly url: string;
  readonly controlUrl: string;
  readonly build: Build;
  readonly places: number;
  readonly triggersPerSecond: number;
  readonly clockOffMs?: number;
  /** A network namespace to run in. */
  readonly namespace?: string;
}

const READY_MS = CONDITION_MS;

/** A node: a sequence of processes under one name. */
export class ClusterNode {
  readonly name: string;
  readonly #with: NodeOptions;
  #lives = 0;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #isAsked = false;

  constructor(options: NodeOptions) {
    this.name = options.name;
    this.#with = options;
  }

  /** The name of its current or last process. */
  get life(): string {
    return `${this.name}.${this.#lives}`;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /**
   * Starts a process, and again while the server is down. Resolves when its engine has joined the cluster.
   */
  async start(options: LifeOptions): Promise<void> {
    const until = performance.now() + READY_MS;
    while ((await this.#startOnce(options)) !== 'ready') {
      if (performance.now() > until) throw new Error(`The node ${this.name} does not start: see its log.`);
      await delay(200);
    }
  }

  /** Sends SIGKILL and returns the time. */
  async kill(): Promise<number> {
    const at = Date.now();
    await this.#end('SIGKILL');
    return at;
  }

  /** Stops gracefully: unfinished runs are given back. */
  async stop(): Promise<void> {
    this.#isAsked = true;
    this.#say({ kind: 'stop' });
    await this.#ended;
  }

  /** Sends SIGSTOP and later SIGCONT from a shell, so that the node continues even if this process dies. */
  async freeze(ms: number): Promise<void> {
    const script = 'kill -STOP "$1"; sleep "$2"; kill -CONT "$1"';
    const shell = spawn('sh', ['-c', script, 'freeze', String(this.pid), String(ms / 1_000)], {
      detached: true,
      stdio: 'ignore',
    });
    await new Promise((resolve) => shell.once('exit', resolve));
  }

  /** Blocks its event loop for `ms`. */
  block(ms: number): void {
    this.#say({ kind: 'block', ms });
  }

  #say(message: ToNode): void {
    this.#child?.send(message);
  }

  async #end(signal: 'SIGKILL'): Promise<void> {
    this.#isAsked = true;
    this.#child?.kill(signal);
    await this.#ended;
  }

  #startOnce(options: LifeOptions): Promise<'ready' | 'failed'> {
    this.#lives += 1;
    this.#isAsked = false;
    const { life } = this;
    const { heard, crashed } = this.#with;
    const child = this.#spawn(options);
    this.#child = child;
    return new Promise((resolve) => {
      this.#ended = new Promise<void>((ended) => {
        child.once('exit', (code, signal) => {
          this.#child = undefined;
          if (code === START_FAILED) resolve('failed');
          else if (!this.#isAsked) crashed(life, signal ?? String(code));
          resolve('failed');
          ended();
        });
      });
      child.on('message', (message: FromNode) => {
        if (message.kind === 'ready') resolve('ready');
        else heard(life, message);
      });
    });
  }

  #spawn({ build, namespace, clockOffMs = 0, ...options }: LifeOptions): ChildProcess {
    const { life } = this;
    const input: NodeInput = { life, types: build.types, clockOffMs, ...options };
    const log = openSync(join(this.#with.logFolder, `${life}.log`), 'a');
    const command = [process.execPath, build.program, JSON.stringify(input)];
    const [program = '', ...args] =
      namespace === undefined ? command : ['ip', 'netns', 'exec', namespace, ...command];
    const child = spawn(program, args, { stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    return child;
  }
}
