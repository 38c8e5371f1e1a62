/** Checks the path of a console and removes a slash at its end. Throws a `TypeError`. */
export function checkPrefix(prefix: string): string {
  if (typeof prefix !== 'string' || !/^\/(?!\/)/.test(prefix)) {
    throw new TypeError(
      `\`prefix\` must be the path of the console, such as '/admin/jobs'; got ${JSON.stringify(prefix)}.`,
    );
  }
  return prefix.replace(/\/+$/, '');
}

/** Whether a path is the prefix or below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
