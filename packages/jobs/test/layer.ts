/** Files of the repository that may import the same things. */
export interface Layer {
  /** Files and folders (with a slash at the end); the longest one that fits a file says its layer. */
  readonly paths: readonly string[];
  /** The other layers that it may import. */
  readonly may: readonly string[];
  /** Those of which it may import types alone. */
  readonly mayTypes?: readonly string[];
  /** The files of its folder that other layers may import; absent: all of them. */
  readonly entries?: readonly string[];
  /** Further files of its folder of which other layers may import types alone. */
  readonly typeEntries?: readonly string[];
  /** The packages that it may import; absent: any. `node:` stands for all built-ins. */
  readonly packages?: readonly string[];
  /** Those of which it may import types alone. */
  readonly typePackages?: readonly string[];
}
