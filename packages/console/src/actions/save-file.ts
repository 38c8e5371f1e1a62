// Browsers begin to read the file a moment after the click.
const KEPT_MS = 60_000;

/**
 * Lets the browser save a file. A link to the server could not send a token, so the page has read the file.
 */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
