/** Files of the repository with the same import rules. */
export interface Layer {
  /** Files, and folders with a slash at the end. The longest matching path decides a file's layer. */
  readonly paths: readonly string[];
  /** The layers that it may import. */
  readonly may: readonly string[];
  /** Layers that it may only import types from. */
  readonly mayTypes?: readonly string[];
  /** The files that other layers may import; absent: all files. */
  readonly entries?: readonly string[];
  /** Further files that other layers may import types from. */
  readonly typeEntries?: readonly string[];
  /** The packages that it may import; without the list, all. `node:` means all built-ins. */
  readonly packages?: readonly string[];
  /** Packages that it may only import types from. */
  readonly typePackages?: readonly string[];
}
